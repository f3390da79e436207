"""What a CT of the patient shows: in truth, and as a careful report has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trainer.core.chance import key_of
from trainer.encounter.chart import Picture
from trainer.encounter.session import Session
from trainer.knowledge.statement import ZONES, Change, Read, Trend
from trainer.reasoning.ctread import (
    CHANGE,
    STILL,
    change_features,
    parts_of,
    reported,
    still_features,
    zones_of,
)
from trainer.reasoning.observer import Scan
from trainer.reasoning.reading import MIGRATION, Sight

_GONE_ML = 1.0  # of filled lung that no reader would see; judgement
_SMALLER, _LARGER = 2 / 3, 4 / 3  # of filled lung, as in `trainer.reasoning.ctread`


def scan_days(pictures: Sequence[Picture]) -> list[int]:
    """Return the days of the CTs among some pictures, each once, in order."""
    return sorted({picture.day for picture in pictures if picture.modality == "CT"})


def scan_of(session: Session, day: int, before: int | None) -> Scan:
    """Return the careful report of a CT: what is there, with a reader's error, beside the scan before.

    Parameters
    ----------
    session : Session
    day : int
    before : int or None
        Day of the scan before, if there was one.
    """
    key, state = session.bedside.patient(day)["key"], session.bedside.state(day)
    still = reported(still_features(state)[0], key, day)
    if before is None:
        return Scan(day, still)
    moved = change_features(session.bedside.state(before), state)[0]
    pair = key_of("comparison", int(key), before)
    return Scan(day, still, before, reported(moved, pair, day, CHANGE))


def sight_of(session: Session, day: int, before: int | None) -> Sight:
    """Return what a CT shows in truth, beside the scan before."""
    state = session.bedside.state(day)
    present = frozenset(name for name, there in zip(STILL, still_features(state)[0], strict=True) if there)
    zones = tuple(bool(there) for there in zones_of(state)[0])
    names = {name: finding.name for name, finding in session.engine.library.findings.items()}
    if before is None:
        return Sight(day, STILL, present, zones, names=names)
    early = session.bedside.state(before)
    gone, new = (CHANGE.index(name) for name in ("opacity-gone", "new-opacity"))
    moved = change_features(early, state)[0]
    migrated = bool(moved[gone] and moved[new])
    was, now = _tissue(parts_of(early)[0]), _tissue(parts_of(state)[0])
    trend = _trend(sum(was.values()), sum(now.values()))
    return Sight(day, STILL, present, zones, trend, _changes(was, now, migrated), migrated, names)


def _changes(was: Mapping[int, float], now: Mapping[int, float], migrated: bool) -> Mapping[int, Change]:
    """Return what has become of each opacity; a new one counts as migrated where others are gone."""
    found: dict[int, Change] = {}
    for label in {**was, **now}:
        if label not in was:
            found[label] = "migrated" if migrated else "new"
            continue
        left = now.get(label, 0.0) / was[label]
        gone = now.get(label, 0.0) < _GONE_ML
        found[label] = "resolved" if gone else "smaller" if left < _SMALLER else "same"
        if left > _LARGER:
            found[label] = "larger"
    return found


def _trend(was: float, now: float) -> Trend:
    """Return what has become of all filled lung in a picture; how the patient feels is no part of a read."""
    if now >= max(_LARGER * was, was + _GONE_ML):
        return "worse"
    return "better" if now <= _SMALLER * was else "same"


def _tissue(parts: np.ndarray) -> dict[int, float]:
    return {int(p["label"]): float(p["tissue_ml"]) for p in parts if p["label"] > 0 and p["tissue_ml"] >= _GONE_ML}


def true_read(session: Session, day: int, before: int | None) -> Read:
    """Return the read of one who sees all that is there and nothing else."""
    seen = sight_of(session, day, before)
    signs = [name for name in seen.askable if name in seen.present] + ([MIGRATION] if seen.migrated else [])
    return Read(
        day=day,
        signs=tuple(signs),
        zones={zone: 4 for zone, there in zip(ZONES, seen.zones, strict=True) if there},
        trend=seen.trend,
        changes={str(label): change for label, change in seen.changes.items()},
    )


def in_words(session: Session, day: int, before: int | None) -> str:
    """Return the written report of a CT: what is there, as `sight_of` has it."""
    seen, findings = sight_of(session, day, before), session.engine.library.findings
    signs = [findings[name].name for name in STILL if name in seen.present]
    zones = [zone.replace("-", " ") for zone, there in zip(ZONES, seen.zones, strict=True) if there]
    lines = [f"SIMULATED. CT of day {day}, thin sections. Seen: {', '.join(signs) or 'nothing out of the ordinary'}."]
    if zones:
        lines.append(f"Zones with disease: {', '.join(zones)}.")
    if seen.trend is not None:
        moved = " Opacities have gone in one place and come in another." if seen.migrated else ""
        lines.append(f"Beside day {before}: {seen.trend if seen.trend != 'same' else 'unchanged'} as a whole.{moved}")
    return " ".join(lines)
