"""What could be known at a moment of an encounter: the ideal observer, shown exactly what the learner had seen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np

from trainer.encounter import chart, sight
from trainer.encounter.session import Session
from trainer.encounter.situation import Situation, died
from trainer.knowledge.case import Told as ToldFinding
from trainer.knowledge.investigation import BinaryReport
from trainer.knowledge.library import Library
from trainer.reasoning.ctread import CHANGE, STILL
from trainer.reasoning.observer import Evidence, Expected, Observer, Posterior, Seen, Told

V = TypeVar("V")


class Mind:
    """The observer of one encounter.

    Parameters
    ----------
    session : Session
        Carried at least as far as the situations asked about, on the same branch.
    observer : Observer
    memory : dict, optional
        What it has thought of this very patient before, in this encounter or another.
    heed : callable, optional
        Called before each new thought; may raise to stop the work.
    """

    def __init__(
        self,
        session: Session,
        observer: Observer,
        memory: dict[Hashable, Any] | None = None,
        heed: Callable[[], None] | None = None,
    ) -> None:
        self.session = session
        self.observer = observer
        self._told = _told(session)
        self._memory = memory if memory is not None else {}
        self._heed = heed

    def remembered(self, key: Hashable, think: Callable[[], V]) -> V:
        """Return what was thought under a key, which must name all that it rests on but the patient."""
        if key not in self._memory:
            if self._heed is not None:
                self._heed()
            self._memory[key] = think()
        found: V = self._memory[key]
        return found

    def evidence(self, now: Situation) -> Evidence:
        """Return all that had been seen where the encounter stood."""
        session, library = self.session, self.session.engine.library
        found = chart.results(library, session.disease, session.bedside, now.tests, now.day)
        told = [
            Seen(0, _binary(library, one.finding), one.present)
            for one in session.case.told
            if isinstance(one, ToldFinding)
        ]
        days = sight.scan_days(chart.pictures(library, now.tests, now.day))
        scans = [sight.scan_of(session, day, before) for before, day in zip([None, *days], days, strict=False)]
        return Evidence(
            told=self._told,
            seen=(*told, *(Seen(r.taken_day, r.report, r.value) for r in found)),
            scans=tuple(scans),
            courses=now.courses,
            day=now.day,
            alive=not died(now),
        )

    def posterior(self, now: Situation) -> Posterior:
        """Return what could be known of the diagnosis where the encounter stood."""
        key = ("posterior", standing(now))
        return self.remembered(key, lambda: self.observer.posterior(self.evidence(now)))

    def expected(self, now: Situation, next_day: int) -> Expected:
        """Return what was to be expected by a later day under what had been ordered."""
        key = ("expected", standing(now), next_day)
        return self.remembered(key, lambda: self.observer.forecast(self.evidence(now), next_day, self.posterior(now)))

    def seen(self, now: Situation) -> set[str]:
        """Return the findings that the learner could cite: told, in the chart, or to be seen in a picture."""
        return set(self.posterior(now).evidence)

    def shown(self, now: Situation) -> dict[str, str]:
        """Return what the chart says of each finding, the last time that it was looked for."""
        evidence = self.evidence(now)
        found = {seen.report.finding: _said(seen) for seen in evidence.seen}
        for scan in evidence.scans:
            moved = zip(CHANGE, scan.change, strict=True) if scan.change is not None else ()
            found |= {n: "present" if said else "absent" for n, said in (*zip(STILL, scan.still, strict=True), *moved)}
        return found


def standing(now: Situation) -> Hashable:
    """Return what could be known and what is taken where an encounter stands, whatever was said on the way."""
    return now.day, now.over, tuple(o.request for o in now.tests), now.courses


def _told(session: Session) -> Told:
    known = [name for name in session.case.told if isinstance(name, str)]
    person = session.person
    return Told(
        sex="F" if person.sex == "F" else "M",
        age_years=person.age_years,
        columns={name: session.presentation[name] for name in known},
    )


def _said(seen: Seen) -> str:
    """Return a value as it stands in brackets."""
    if isinstance(seen.value, bool | np.bool_):
        return "present" if seen.value else "absent"
    if isinstance(seen.value, str):
        return seen.value.replace("-", " ")
    return f"{float(seen.value):.3g} {getattr(seen.report, 'unit', '')}".strip()


def _binary(library: Library, finding: str) -> BinaryReport:
    """Return a report of a finding that an opening tells."""
    reports: Sequence[object] = [report for test in library.tests.values() for report in test.reports]
    return next(r for r in reports if isinstance(r, BinaryReport) and r.finding == finding)
