"""What can be cited: what was told, what the chart says, what one's own read of the CT saw. Knows no Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from trainer.encounter import chart
from trainer.encounter.session import Session
from trainer.knowledge.case import Told
from trainer.knowledge.investigation import ImageReport
from trainer.knowledge.statement import Read
from trainer.reasoning.observer import FINDING_OF_COLUMN
from trainer.ui.step.sign import groups

_UNSEEN = tuple(sign for _, signs in groups(compared=False) for sign in signs)
_FLAGS = frozenset({"fever", "migrated", "consolidation", "ground_glass", "reversed_halo", "perilobular", "bilateral",
                    "effusion"})  # fmt: skip


@dataclass(frozen=True)
class Citable:
    """A finding that can be cited.

    Parameters
    ----------
    finding : str
    words : str
        As the chart says it.
    origin : {"told", "chart", "your read"}
    day : int
    seen : bool
        False of what one's own read of the CT does not name; that is told last.
    """

    finding: str
    words: str
    origin: str
    day: int
    seen: bool = True


def citable(session: Session, drafted: Iterable[str] = ()) -> tuple[Citable, ...]:
    """Return what can be cited today, each finding once, as it was last found; the newest first.

    What a signed read does not name counts as not seen, and can be cited as such.

    Parameters
    ----------
    session : Session
    drafted : iterable of str
        Signs of a read that is not signed yet.
    """
    library = session.engine.library
    found = {one.finding: one for one in _told(session)}
    for result in sorted(session.results(), key=lambda r: (r.taken_day, r.event)):
        if not isinstance(result.report, ImageReport):
            words = chart.in_words(result, library).rstrip(".")
            found[result.report.finding] = Citable(result.report.finding, words, "chart", result.taken_day)
    for _, read in session.now.said(Read):
        for sign in read.signs:
            found[sign] = Citable(sign, f"{library.findings[sign].name}, on the CT", "your read", read.day)
    reads = [read for _, read in session.now.said(Read)]
    for sign in _UNSEEN if reads else ():
        if sign not in found:
            words = f"no {library.findings[sign].name}, on the CT"
            found[sign] = Citable(sign, words, "your read", reads[-1].day, seen=False)
    for sign in drafted:
        found[sign] = Citable(sign, f"{library.findings[sign].name}, on the CT", "your read", session.now.day)
    return tuple(sorted(found.values(), key=lambda one: (not one.seen, -one.day, one.words.lower())))


def _told(session: Session) -> Iterable[Citable]:
    findings = session.engine.library.findings
    for one in session.case.told:
        if isinstance(one, Told):
            name = findings[one.finding].name
            yield Citable(one.finding, name if one.present else f"no {name}", "told", 0)
        elif one in FINDING_OF_COLUMN and math.isfinite(session.presentation.get(one, math.nan)):
            finding = FINDING_OF_COLUMN[one]
            name, value = findings[finding].name, session.presentation[one]
            if one == "symptom_weeks":
                yield Citable(finding, f"{name}: {session.fill('{duration}')}", "told", 0)
            else:
                yield Citable(finding, f"no {name}" if one in _FLAGS and not value else name, "told", 0)
