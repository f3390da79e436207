"""The perception and response dials: a read of the CT against what the chest really showed.

Here, and here alone, the truth is asked: what a picture shows is no matter of luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trainer.knowledge.marking import Perception
from trainer.knowledge.statement import CHANGES, TRENDS, ZONES, Change, Read, Trend
from trainer.reasoning.item import Item, Moment, listed
from trainer.reasoning.localisation import weighted_kappa, zone_merit

MIGRATION = "migration"
"""Finding that a read names if it sees opacities gone in one place and new in another."""

ORDERED: tuple[Change, ...] = ("resolved", "smaller", "same", "larger")
"""Classes of change with an order; "new" and "migrated" stand by themselves."""

_SOURCE = "judgement"
_SHOWN: Mapping[Trend, str] = {"better": "better", "same": "unchanged", "worse": "worse"}


@dataclass(frozen=True)
class Sight:
    """What the CT of a day shows, in truth.

    Parameters
    ----------
    day : int
    askable : tuple of str
        Findings that the chest's state can tell present or absent; others neither earn nor lose.
    present : frozenset of str
        Those of them that are there.
    zones : tuple of bool
        Whether disease lies in each of `ZONES`.
    trend : str or None
        The whole beside the scan before; None if there was none.
    changes : mapping
        Number of an opacity to what has become of it since the scan before.
    migrated : bool
        Whether opacities have gone in one place and come in another since the scan before.
    names : mapping
        Finding to its name.
    """

    day: int
    askable: tuple[str, ...]
    present: frozenset[str]
    zones: tuple[bool, ...]
    trend: Trend | None = None
    changes: Mapping[int, Change] = field(default_factory=dict)
    migrated: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self, findings: Sequence[str]) -> str:
        """Return findings as a sentence lists them."""
        return listed([self.names.get(finding, finding) for finding in findings])


def perception_items(read: Read | None, sight: Sight, marking: Perception, at: Moment) -> list[Item]:
    """Return what a read is worth for signs and zones; a CT that was not read earns nothing.

    Parameters
    ----------
    read : Read or None
    sight : Sight
    marking : Perception
    at : Moment
        Of the read, or of what closed the step without one.
    """
    if read is None:
        reason = f"The CT of day {sight.day} was not read before the step was closed."
        return [
            Item(f"{part}-{sight.day}", "perception", title, 0.0, 1.0, sight.day, at.event, reason, _SOURCE)
            for part, title in (("signs", "Signs in the CT"), ("zones", "Zones that hold disease"))
        ]
    return [_signs(read, sight, marking, at), _zones(read, sight, at)]


def response_items(read: Read | None, sight: Sight, marking: Perception, at: Moment) -> list[Item]:
    """Return what the comparison with the scan before is worth; nothing is asked where there was none.

    Parameters
    ----------
    read, sight, marking, at
        As for `perception_items`.

    Notes
    -----
    Changes of single opacities are judged if any is stated; one that is not is then missed.
    """
    if sight.trend is None:
        return []
    items = [_trend(read, sight, marking, at)]
    if read is not None and read.changes and sight.changes:
        items.append(_changes(read, sight, at))
    migration = _migration(read, sight, at)
    return items if migration is None else [*items, migration]


def _signs(read: Read, sight: Sight, marking: Perception, at: Moment) -> Item:
    """Weighted hits less a share of the weighted false alarms, over the weight of what is there."""

    def weight(signs: Sequence[str]) -> float:
        return sum(marking.signs[s].value if s in marking.signs else 1.0 for s in signs)

    said = set(read.signs)
    hits = [s for s in sight.askable if s in sight.present and s in said]
    missed = [s for s in sight.askable if s in sight.present and s not in said]
    false = [s for s in sight.askable if s not in sight.present and s in said]
    there = weight([*hits, *missed])
    credit = (weight(hits) - marking.false_sign.value * weight(false)) / there if there > 0 else 1.0
    if there == 0:
        credit -= marking.false_sign.value * weight(false)
    parts = [f"The CT of day {sight.day} shows {sight.named(hits)}, as you say." if hits else ""]
    parts.append(
        f"It also shows {sight.named(missed)}; your read does not name {'them' if len(missed) > 1 else 'it'}."
        if missed and hits
        else ""
    )
    parts.append(
        f"The CT of day {sight.day} shows {sight.named(missed)}; you name none of it." if missed and not hits else ""
    )
    parts.append(
        f"You name {sight.named(false)}, which {'are' if len(false) > 1 else 'is'} not there." if false else ""
    )
    reason = " ".join(part for part in parts if part) or f"The CT of day {sight.day} shows no such sign, as you say."
    return Item(
        f"signs-{sight.day}", "perception", "Signs in the CT", max(0.0, credit), 1.0, sight.day, at.event, reason,
        "bankier-2024", (*hits, *missed, *false),
    )  # fmt: skip


def _zones(read: Read, sight: Sight, at: Moment) -> Item:
    """Region-of-interest figure of merit above chance; where all zones are alike, the share rated so."""
    rating = np.array([read.zones.get(zone, 0) for zone in ZONES], float)
    diseased = np.array(sight.zones, bool)
    if diseased.any() and not diseased.all():
        credit = max(0.0, 2.0 * zone_merit(rating[~diseased], rating[diseased]) - 1.0)
    else:
        credit = float(((rating > 0) == diseased).mean())
    missed = [zone.replace("-", " ") for zone, r, d in zip(ZONES, rating, diseased, strict=True) if d and r == 0]
    false = [zone.replace("-", " ") for zone, r, d in zip(ZONES, rating, diseased, strict=True) if not d and r > 0]
    parts = [f"Disease in the {listed(missed)} zone{'s' * (len(missed) > 1)} was missed." if missed else ""]
    parts.append(f"The {listed(false)} zone{'s are' if len(false) > 1 else ' is'} sound." if false else "")
    if not (missed or false):
        parts = [
            "Sound and diseased zones are told apart."
            if credit == 1.0
            else "Some sound zone is rated no lower than a diseased one."
        ]
    reason = " ".join(part for part in parts if part)
    title = "Zones that hold disease"
    return Item(f"zones-{sight.day}", "perception", title, credit, 1.0, sight.day, at.event, reason, _SOURCE)


def _trend(read: Read | None, sight: Sight, marking: Perception, at: Moment) -> Item:
    assert sight.trend is not None
    stated = None if read is None else read.trend
    credit = 0.0
    if read is None:
        reason = f"The CT of day {sight.day} was not read, so nothing is said of how it changed."
    elif stated is None:
        reason = (
            f"Your read does not compare: beside the scan before, the CT of day {sight.day} is {_SHOWN[sight.trend]}."
        )
    else:
        off = abs(TRENDS.index(stated) - TRENDS.index(sight.trend))
        credit = (1.0, marking.near_trend.value, 0.0)[off]
        reason = f"Beside the scan before, the CT of day {sight.day} is {_SHOWN[sight.trend]}"
        reason += ", as you say." if off == 0 else f"; you called it {_SHOWN[stated]}."
    title = "The whole beside the scan before"
    return Item(f"trend-{sight.day}", "response", title, credit, 1.0, sight.day, at.event, reason, _SOURCE)


def _migration(read: Read | None, sight: Sight, at: Moment) -> Item | None:
    """Return an item where there was migration to be named, or where it was named without any."""
    named = read is not None and (MIGRATION in read.signs or "migrated" in read.changes.values())
    if not named and not sight.migrated:
        return None
    if sight.migrated:
        points, most = float(named), 1.0
        reason = f"The CT of day {sight.day} showed migration" + (
            ", as you say." if named else "; your read does not name it."
        )
    else:
        points, most = -0.5, 0.0
        reason = f"You call the change to day {sight.day} migration; no opacity had gone while another came."
    evidence = (MIGRATION,)
    return Item(
        f"migration-{sight.day}", "response", "Migration", points, most, sight.day, at.event, reason, _SOURCE, evidence
    )


def _changes(read: Read, sight: Sight, at: Moment) -> Item:
    """Weighted kappa over opacities whose change has an order, exact matches over the others, by their number.

    Where the truth gives all the former one class, kappa would be 0 at the first error: there the mean agreement by
    the same weights stands in.
    """
    stated = {int(label): change for label, change in read.changes.items()}
    ordered = [label for label, change in sight.changes.items() if change in ORDERED]
    apart = [label for label, change in sight.changes.items() if change not in ORDERED]
    credit = sum(stated.get(label) == sight.changes[label] for label in apart)
    total = float(credit)
    if ordered:
        true = np.array([ORDERED.index(sight.changes[label]) for label in ordered])
        said = np.array([_class(stated.get(label), t) for label, t in zip(ordered, true, strict=True)])
        kappa = weighted_kappa(said, true, len(ORDERED))
        agreement = 1.0 - float(np.abs(said - true).mean()) / (len(ORDERED) - 1)
        total += len(ordered) * max(0.0, kappa if len(set(true)) > 1 else agreement)
    wrong = [label for label in sight.changes if stated.get(label) != sight.changes[label]]
    told = "; ".join(
        f"opacity {label} is {sight.changes[label]}, you say {stated.get(label, 'nothing')}" for label in wrong[:3]
    )
    reason = f"{len(sight.changes) - len(wrong)} of {len(sight.changes)} opacities followed rightly."
    reason += f" {told[:1].upper()}{told[1:]}." if told else ""
    share = total / len(sight.changes)
    title = "What has become of each opacity"
    return Item(f"changes-{sight.day}", "response", title, share, 1.0, sight.day, at.event, reason, _SOURCE)


def _class(stated: Change | None, true: int) -> int:
    """Return the class stated; one without an order, or none, counts as the farthest from the truth."""
    if stated in ORDERED:
        return ORDERED.index(stated)
    return 0 if true >= len(ORDERED) / 2 else len(ORDERED) - 1


assert set(ORDERED) < set(CHANGES)
