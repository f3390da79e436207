"""One learner and one patient: commands in, events out, and the situation as a fold of the events."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

from trainer.core.error import BadInput
from trainer.course.beginning import first_day, person_of
from trainer.course.cohort import Engine
from trainer.course.history import FIELDS, chest_of, follow
from trainer.course.opacity import ChestState
from trainer.course.outcome import NEEDED_DAYS, outcomes
from trainer.course.person import Person
from trainer.course.rehearsal import patient_of
from trainer.course.telling import fill
from trainer.encounter import chart
from trainer.encounter.bedside import Bedside, as_plan
from trainer.encounter.event import Advance, Advanced, Command, Ended, Event, Interrupt, Place, RolledBack
from trainer.encounter.interrupt import QUIET_DAYS, interrupts
from trainer.encounter.objection import objection_to
from trainer.encounter.run import Numbered, Run, live
from trainer.encounter.situation import situation_of
from trainer.knowledge.case import Case
from trainer.knowledge.disease import Disease


@dataclass(frozen=True)
class Rejected:
    """The answer to a command that cannot be carried out."""

    reason: str


class Session:
    """The patient of a run, and what may be asked of them.

    Parameters
    ----------
    engine : Engine
    case : Case
    run : Run
        Its header names the case and the seed.

    Raises
    ------
    BadInput
        If an event of the run would have been rejected, or did not happen as it says.
    """

    def __init__(self, engine: Engine, case: Case, run: Run) -> None:
        self.engine = engine
        self.case = case
        if run.header.version != case.version:
            raise BadInput(
                f"the run is of version {run.header.version} of {case.id}, this is version {case.version}; "
                "play it again from the beginning"
            )
        self.bedside = Bedside(engine, patient_of(engine, case, run.header.seed))
        self.run = Run(header=run.header)
        self.now = situation_of((), self.place)
        for number, event in enumerate(run.events, 1):
            answer = self.submit(_command_of(event))
            if isinstance(answer, Rejected):
                raise BadInput(f"event {number} of the run cannot have happened: {answer.reason}")
            if answer != event:
                raise BadInput(f"event {number} of the run did not happen like this; the file was changed by hand")

    def submit(self, command: Command) -> Event | Rejected:
        """Carry out a command, or say why it cannot be."""
        if self.run.full and not isinstance(command, Ended):
            return Rejected("the run is as long as a run can be; end the case here")
        late = self._late(command)
        if late is not None:
            return Rejected(late)
        if isinstance(command, RolledBack):
            return self._roll_back(command)
        reason = objection_to(command, self.now, self.case, self.engine.library)
        if reason is not None:
            return Rejected(reason)
        event = self._advance(command) if isinstance(command, Advance) else command
        self.run = self.run.then(event)
        self.now = self.now.after((len(self.run.events), event))
        return event

    def _late(self, command: Command) -> str | None:
        header = self.run.header
        limit = self.case.minutes * 60 * header.time_factor
        if header.mode == "exam" and command.second is not None and command.second > limit:
            return f"the time is up: {limit / 60:.0f} minutes"
        return None

    def _roll_back(self, command: RolledBack) -> Event | Rejected:
        if self.run.header.mode == "exam":
            return Rejected("an examination does not go back")
        if command.to >= len(self.run.events):
            return Rejected(f"there is nothing after event {command.to} to go back from")
        self.run = self.run.then(command)
        self.now = situation_of(live(self.run.events), self.place)
        self.bedside.back_to(self.now.day)
        return command

    def _advance(self, command: Advance) -> Advanced:
        """Carry the patient on, as far as nothing stops the clock."""
        told = {day: [one.text for one in why] for _, day, why in self.now.stops}
        for day in range(self.now.day + 1, command.to_day + 1):
            self.bedside.carry_to(day, self.now.courses)
            recent = [text for when, texts in told.items() if day - when <= QUIET_DAYS for text in texts]
            why = interrupts(self.bedside, self.now.visits, day, recent)
            if command.stops == "anything":
                arrived = chart.due(self.engine.library, self.now.tests, day - 1, day)
                why += [Interrupt(kind="result", text=f"{name}: the result is here.") for _, name in arrived]
            if why:
                break
        return Advanced(second=command.second, to_day=command.to_day, stops=command.stops, day=day, why=tuple(why[:40]))

    @property
    def place(self) -> Place:
        """Where the case begins."""
        return "clinic" if self.case.setting == "clinic" else "ward"

    @property
    def disease(self) -> Disease:
        """What the patient has; the learner does not know it."""
        return self.engine.library.diseases[self.case.disease]

    @property
    def events(self) -> tuple[Numbered, ...]:
        """The events that count, each with its number."""
        return live(self.run.events)

    @cached_property
    def person(self) -> Person:
        """Who the patient is, in the chest that the run is played on."""
        chest = self.run.header.chest
        return replace(person_of(self.bedside.onset.patients[0]), chest=None if chest is None else chest.named)

    @cached_property
    def presentation(self) -> dict[str, float]:
        """The columns of `trainer.course.outcome.COLUMNS` at presentation, as far as they are numbers."""
        onset = self.bedside.onset
        begin = min(first_day(onset), 0)
        days = {day for day in NEEDED_DAYS if day >= begin} | {0}
        history = follow(self.engine.parameters, onset, as_plan(()), self.engine.library.treatments, 0, days)
        columns = outcomes(self.engine.parameters, history)
        return {name: float(column[0]) for name, column in columns.items() if column.dtype.kind == "f"}

    def fill(self, text: str) -> str:
        """Return a text of the case with its words filled in from the patient."""
        return fill(text, self.bedside.onset.patients[0])

    @property
    def opening(self) -> str:
        """The opening text, filled in from the patient."""
        return self.fill(self.case.opening)

    def chest(self, day: int) -> ChestState:
        """Return what the chest showed on a day that was reached."""
        return chest_of(self.bedside.state(day), 0, day)

    def results(self) -> list[chart.Result]:
        """Return every result that is known today."""
        return chart.results(self.engine.library, self.disease, self.bedside, self.now.tests, self.now.day)

    def pictures(self) -> list[chart.Picture]:
        """Return every picture that is there today."""
        return chart.pictures(self.engine.library, self.now.tests, self.now.day)

    def vitals(self) -> dict[str, float]:
        """Return the quantities of `trainer.course.history.FIELDS` that a chart shows today."""
        patient = self.bedside.patient(self.now.day)
        return {name: float(patient[name]) for name in FIELDS if name not in ("drive", "symptom")}

    def ahead(self, to_day: int) -> list[tuple[int, str]]:
        """Return what will fire on the way to a day, as far as it is known today: day and text, in order."""
        today, library = self.now.day, self.engine.library
        found = [(day, f"{name}: result") for day, name in chart.due(library, self.now.tests, today, to_day)]
        for course in {course.give: course for course in self.now.courses}.values():  # the last of each treatment
            day, name = course.day or 0, library.treatments[course.give].name
            for step in course.steps if course.steps[0].dose > 0 else ():
                found.append((day, f"{name}: {step.dose:g} {step.unit}" if step.unit != "1" else f"{name} begins"))
                day += step.days
            found.append((day, f"{name} ends"))
        found += [(back, "the day agreed for coming back") for _, _, back in self.now.waits]
        found += [(step.day, f"next step: {step.title}") for step in self.case.steps]
        return sorted({(day, text) for day, text in found if today < day <= to_day})


def _command_of(event: Event) -> Command:
    if isinstance(event, Advanced):
        return Advance(second=event.second, to_day=event.to_day, stops=event.stops)
    return event


def sealed(session: Session, second: int | None = None) -> Run:
    """Return the run as it is saved, with the digest of the patient's state that a replay must find.

    Parameters
    ----------
    session : Session
    second : int, optional
        Real seconds since the encounter began.
    """
    digest = hashlib.sha256()
    digest.update(session.bedside.onset.tobytes())
    digest.update(session.bedside.state(session.now.day).tobytes())
    return session.run.sealed(digest.hexdigest(), second)
