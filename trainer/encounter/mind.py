"""What could be known at a moment of an encounter: the ideal observer, shown exactly what the learner had seen."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.encounter import chart, sight
from trainer.encounter.session import Session
from trainer.encounter.situation import Situation
from trainer.knowledge.case import Told as ToldFinding
from trainer.knowledge.investigation import BinaryReport
from trainer.knowledge.library import Library
from trainer.reasoning.observer import Evidence, Expected, Observer, Posterior, Seen, Told


class Mind:
    """The observer of one encounter.

    Parameters
    ----------
    session : Session
        Carried at least as far as the situations asked about, on the same branch.
    observer : Observer
    """

    def __init__(self, session: Session, observer: Observer) -> None:
        self.session = session
        self.observer = observer
        self._told = _told(session)
        self._posteriors: dict[object, Posterior] = {}

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
            alive=not (now.over and any(one.kind == "death" for _, _, why in now.stops for one in why)),
        )

    def posterior(self, now: Situation) -> Posterior:
        """Return what could be known of the diagnosis where the encounter stood."""
        key = (now.day, now.tests, now.courses)
        if key not in self._posteriors:
            self._posteriors[key] = self.observer.posterior(self.evidence(now))
        return self._posteriors[key]

    def expected(self, now: Situation, next_day: int) -> Expected:
        """Return what was to be expected by a later day under what had been ordered."""
        return self.observer.forecast(self.evidence(now), next_day, self.posterior(now))

    def seen(self, now: Situation) -> set[str]:
        """Return the findings that the learner could cite: told, in the chart, or to be seen in a picture."""
        return set(self.posterior(now).evidence)


def _told(session: Session) -> Told:
    known = [name for name in session.case.told if isinstance(name, str)]
    person = session.person
    return Told(
        sex="F" if person.sex == "F" else "M",
        age_years=person.age_years,
        columns={name: session.presentation[name] for name in known},
    )


def _binary(library: Library, finding: str) -> BinaryReport:
    """Return a report of a finding that an opening tells."""
    reports: Sequence[object] = [report for test in library.tests.values() for report in test.reports]
    return next(r for r in reports if isinstance(r, BinaryReport) and r.finding == finding)
