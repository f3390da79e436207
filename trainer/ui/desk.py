"""The encounter as a window drives it: one route for every command, saved before anything shows it. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable

from trainer.core.error import AtollError
from trainer.encounter import sight
from trainer.encounter.event import Command
from trainer.encounter.run import Run
from trainer.encounter.session import Rejected, Session, sealed
from trainer.knowledge.case import Step, step_of


class Desk:
    """A session, and where its run is kept.

    Parameters
    ----------
    session : Session
    save : callable
        Keeps the run; it returns once the run is on disk.
    second : callable
        Real seconds since the encounter began.
    """

    def __init__(self, session: Session, save: Callable[[Run], None], second: Callable[[], int]) -> None:
        self.session = session
        self._save, self._second = save, second

    def submit(self, command: Command) -> str | None:
        """Carry out a command and keep the run; return why it was refused, if it was.

        Raises
        ------
        AtollError
            If the run cannot be kept. Then nothing has happened: the session stands where the file stands.
        """
        before = self.session
        answer = before.submit(command.model_copy(update={"second": self._second()}))
        if isinstance(answer, Rejected):
            return answer.reason
        try:
            self._keep()
        except AtollError:
            kept = Run(header=before.run.header, events=before.run.events[:-1])
            self.session = Session(before.engine, before.case, kept)
            raise
        return None

    def keep_time(self) -> None:
        """Keep how much of the time of an examination has gone, lest it come back when the run is resumed.

        Raises
        ------
        AtollError
            If it cannot be kept.
        """
        if self.exam and not self.session.now.over:
            self._keep()

    def _keep(self) -> None:
        self._save(sealed(self.session, self._second() if self.exam else None))

    @property
    def run(self) -> Run:
        """The run as it stands: frozen, so that a worker may have it."""
        return self.session.run

    @property
    def day(self) -> int:
        """Today."""
        return self.session.now.day

    @property
    def step(self) -> Step:
        """The step of the case that runs today."""
        return step_of(self.session.case, self.day)

    @property
    def exam(self) -> bool:
        """Whether this is an examination."""
        return self.session.run.header.mode == "exam"

    @property
    def seconds_left(self) -> float | None:
        """Seconds of an examination that are left, below 0 when the time is up; None where there is no clock."""
        if not self.exam:
            return None
        return self.session.case.minutes * 60.0 * self.session.run.header.time_factor - self._second()

    @property
    def over(self) -> bool:
        """Whether nothing more can be done: the case is closed, the patient has died, or the time is up."""
        left = self.seconds_left
        return self.session.now.over or (left is not None and left < 0.0)

    @property
    def scan_days(self) -> list[int]:
        """Days of the CTs that are there to be looked at."""
        return sight.scan_days(self.session.pictures())
