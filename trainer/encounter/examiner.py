"""Who plays and scores: the observer, the appraiser and a policy over one engine, for any number of encounters."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from trainer.course.cohort import Engine
from trainer.encounter.assessment import Assessment, Draw
from trainer.encounter.mind import Mind
from trainer.encounter.orderlog import charges_of
from trainer.encounter.player import Speaker, Written, play
from trainer.encounter.run import Chest, Header, Mode, Run
from trainer.encounter.session import Session
from trainer.encounter.speaker import Observing
from trainer.encounter.weighing import Weighing
from trainer.knowledge.case import Case
from trainer.knowledge.casebook import TEXTBOOK, case_plan
from trainer.knowledge.plan import Plan
from trainer.knowledge.policy import Policy
from trainer.reasoning.dial import ScoreSheet
from trainer.reasoning.economy import Charge
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.observer import LEAST_EFFECTIVE, Observer
from trainer.reasoning.sample import FULL, Effort
from trainer.reasoning.value import Appraiser


class Examiner:
    """Plays cases and scores runs under a policy.

    Parameters
    ----------
    engine : Engine
    policy : Policy
    imagined : Imagined
        The observer's patients; one set serves any number of examiners.
    effort : Effort
        How many of them have futures.
    draw : callable, optional
        Gives the CT of a day, for marks in it.

    Attributes
    ----------
    heed : callable or None
        Called before each new thought of its observers; may raise to stop the work.
    """

    def __init__(
        self, engine: Engine, policy: Policy, imagined: Imagined, effort: Effort = FULL, draw: Draw | None = None
    ) -> None:
        self.engine, self.policy, self.draw = engine, policy, draw
        self.heed: Callable[[], None] | None = None
        least = min(LEAST_EFFECTIVE, imagined.count / 4)
        self.observer = Observer(engine, policy.case_mix, imagined, least)
        self.weighing = Weighing(Appraiser(engine, policy.value), effort)
        self._references: dict[tuple[str, int], Session] = {}
        self._thinking_of: tuple[str, int] | None = None
        self._memory: dict[Hashable, Any] = {}

    def forget(self) -> None:
        """Let go of all that was thought of the last patient."""
        self._references.clear()
        self._memory, self._thinking_of = {}, None

    def session(self, case: Case, seed: int, mode: Mode = "tutor", chest: Chest | None = None) -> Session:
        """Return a new encounter, on an imported chest if one is given."""
        header = Header(case=case.id, version=case.version, seed=seed, mode=mode, policy=self.policy.id, chest=chest)
        return Session(self.engine, case, Run(header=header))

    def mind(self, session: Session) -> Mind:
        """Return the observer of an encounter."""
        patient = (session.case.id, session.run.header.seed)
        if patient != self._thinking_of:  # one patient after the other: the memory of the last one is let go
            self._thinking_of, self._memory = patient, {}
        return Mind(session, self.observer, self._memory, self.heed)

    def speaker(self, session: Session, plan: Plan) -> Speaker:
        """Return who speaks for a plan: its own words, or what the findings warrant."""
        return Observing(plan, self.mind(session), self.policy.marking) if plan.says == "observer" else Written(plan)

    def play(self, session: Session, plan: Plan, speaker: Speaker | None = None) -> Session:
        """Play an encounter from its beginning by a plan, and return it.

        Parameters
        ----------
        session : Session
        plan : Plan
        speaker : Speaker, optional
            Who speaks; else whom the plan names.

        Raises
        ------
        BadInput
            If the encounter refuses something that the plan says.
        """
        play(session, plan, speaker if speaker is not None else self.speaker(session, plan))
        return session

    def score(self, session: Session) -> ScoreSheet:
        """Return the score of what counts of an encounter."""
        return self.assessment(session).sheet()

    def luck(self, session: Session) -> list[tuple[int, float]]:
        """Return the day of each choice and how many points better it fared than could be expected; never scored."""
        return self.assessment(session).luck()

    def assessment(self, session: Session) -> Assessment:
        """Return what scores an encounter, part by part."""
        return Assessment(self.mind(session), self.policy, self.weighing, self._reference(session), self.draw)

    def _reference(self, session: Session) -> list[Charge]:
        """Return what the textbook plan spends on this patient by the day that the encounter has reached."""
        key = (session.case.id, session.run.header.seed)
        if key not in self._references:
            self._references.clear()
            plan = case_plan(session.case, TEXTBOOK, self.engine.library)
            silent = Plan(
                id=plan.id, title=plan.title, source=plan.source, treatments=plan.treatments, tests=plan.tests,
                answers=plan.answers, visits=plan.visits,
            )  # fmt: skip
            fresh = self.session(session.case, session.run.header.seed)
            self._references[key] = self.play(fresh, silent)
        return charges_of(self._references[key], session.now.day)
