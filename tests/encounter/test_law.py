"""Laws that hold whatever a learner does, in whatever order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trainer.encounter.bedside import Bedside
from trainer.encounter.event import (
    Advance,
    Advanced,
    BeliefStated,
    CourseStarted,
    CourseStopped,
    RolledBack,
    TestOrdered,
)
from trainer.encounter.run import Header, Run, decode, live
from trainer.encounter.session import Rejected, Session, sealed
from trainer.encounter.situation import situation_of
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import Belief

CASE = read_case("wandering-shadows", library())
DOSES = st.sampled_from((5.0, 20.0, 40.0, 60.0))
SPANS = st.integers(1, 90)


class Encounter(RuleBasedStateMachine):
    """A learner who advances, decides, speaks and goes back at random; the engine is set by the test below."""

    engine = None

    @initialize(seed=st.integers(0, 5))
    def begin(self, seed):
        self.session = Session(self.engine, CASE, Run(header=Header(case=CASE.id, seed=seed)))
        self.states = {}

    def said(self, command):
        return self.session.submit(command)

    @rule(days=SPANS, stops=st.sampled_from(("anything", "urgent")))
    def advance(self, days, stops):
        before = {d: self.session.bedside.state(d).tobytes() for d in (0, self.session.now.day)}
        self.said(Advance(to_day=min(self.session.now.day + days, 3650), stops=stops))
        for day, state in before.items():  # causality: what was is not touched by what comes
            assert self.session.bedside.state(day).tobytes() == state

    @rule(dose=DOSES, days=SPANS)
    def give(self, dose, days):
        course = Course(give="prednisolone", day=self.session.now.day, steps=(Step(dose=dose, days=days),))
        self.said(CourseStarted(course=course))

    @rule()
    def stop(self):
        self.said(CourseStopped(give="prednisolone", day=self.session.now.day))

    @rule(name=st.sampled_from(("crp", "thin-section-ct", "bronchoscopy-lavage", "tarot")))
    def order(self, name):
        self.said(TestOrdered(request=Request(test=name, day=self.session.now.day)))

    @rule(share=st.integers(0, 20))
    def believe(self, share):
        shares = {"cop": share / 20, "other": 1 - share / 20}
        self.said(BeliefStated(belief=Belief(day=self.session.now.day, shares=shares)))

    @precondition(lambda self: self.session.run.events)
    @rule(data=st.data())
    def go_back(self, data):
        to = data.draw(st.integers(0, len(self.session.run.events) - 1))
        day = situation_of(live(self.session.run.events[:to])).day
        known = self.session.bedside.state(day).tobytes() if day <= self.session.now.day else None
        answer = self.said(RolledBack(to=to))
        assert not isinstance(answer, Rejected)
        if known is not None and self._same_branch(to):
            assert self.session.bedside.state(day).tobytes() == known

    def _same_branch(self, to):
        before = self.session.run.events[:-1]
        return {n for n, _ in live(before[:to])} <= {n for n, _ in live(before)}

    @invariant()
    def the_session_is_the_fold_and_the_replay_of_its_run(self):
        run = sealed(self.session)
        assert self.session.now == situation_of(live(run.events))
        assert decode(run.encode(), "run") == run

    def teardown(self):
        if not hasattr(self, "session"):
            return
        run = sealed(self.session)
        again = Session(self.engine, CASE, decode(run.encode(), "run"))
        assert sealed(again) == run and again.now == self.session.now
        # a full carry from onset under the orders that count gives the same patient as all that going to and fro
        straight = Bedside(self.engine, again.bedside.onset)
        straight.carry_to(again.now.day, again.now.courses)
        assert straight.state(again.now.day).tobytes() == again.bedside.state(again.now.day).tobytes()


def test_the_session_is_its_run(engine):
    Encounter.engine = engine
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Encounter, settings=settings(max_examples=20, stateful_step_count=15, deadline=None))


def test_one_advance_is_two(engine):
    def reached(*days):
        one = Session(engine, CASE, Run(header=Header(case=CASE.id, seed=2)))
        course = Course(give="prednisolone", day=0, steps=(Step(dose=40.0, days=40),))
        one.submit(CourseStarted(course=course))
        stops = []
        for day in days:
            while one.now.day < day:
                event = one.submit(Advance(to_day=day, stops="urgent"))
                assert isinstance(event, Advanced)
                stops += [(event.day, why) for why in event.why]
        return one.bedside.state(100).tobytes()

    assert reached(100) == reached(30, 100) == reached(1, 2, 3, 50, 99, 100)


SCRIPT = """
import sys
from trainer.course.cohort import Engine
from trainer.encounter.player import Written, play
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
known = library()
case = read_case("wandering-shadows", known)
plan = case_plan(case, "textbook", known)
one = Session(Engine.of(known), case, Run(header=Header(case=case.id, seed=5)))
play(one, plan, Written(plan))
sys.stdout.write(sealed(one).seal)
"""


@pytest.mark.long
def test_another_process_plays_the_same():
    def play_in(**changed):
        env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | changed
        return subprocess.run(
            [sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True
        ).stdout

    first = play_in(PYTHONHASHSEED="1", TZ="UTC", NUMBA_NUM_THREADS="1")
    assert len(first) == 64
    assert first == play_in(PYTHONHASHSEED="2", TZ="Asia/Kathmandu", LC_ALL="C", NUMBA_NUM_THREADS="2")
