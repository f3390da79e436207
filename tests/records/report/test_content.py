"""From runs that were played to what the report says of them."""

from dataclasses import replace
from datetime import date

import pytest

from trainer.core.error import BadInput
from trainer.encounter.chain import links_of
from trainer.encounter.debrief import debrief_of
from trainer.encounter.event import Advance, Ended
from trainer.encounter.examiner import Examiner
from trainer.encounter.robot import ROBOTS, play_robot
from trainer.encounter.run import Chest
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE
from trainer.records.report.content import check_finished, report_of
from trainer.records.report.document import pdf_of
from trainer.records.report.page import html_of
from trainer.records.report.value import NextCard
from trainer.records.report.word import clip


@pytest.fixture(scope="module")
def examiner(engine):
    return Examiner(engine, library().policy("default"), Imagined(engine, 30), COARSE)


@pytest.fixture(scope="module")
def shadows():
    return read_case("wandering-shadows", library())


def debriefed(examiner, session, second=None):
    """Return a run as it is kept, its session as it is played again, and its debrief."""
    run = sealed(session, second)
    again = Session(examiner.engine, session.case, run)
    return run, again, debrief_of(examiner, again)


@pytest.fixture(scope="module")
def textbook(examiner, shadows):
    """An examination by the textbook, of 22 minutes."""
    session = examiner.session(shadows, 3, "exam")
    examiner.play(session, case_plan(shadows, "textbook", library()))
    return debriefed(examiner, session, 1320)


@pytest.fixture(scope="module")
def harmful(examiner):
    """A steroid into an infection: gates that fail."""
    robot = next(robot for robot in ROBOTS if robot.id == "steroids")
    return debriefed(examiner, play_robot(examiner, robot, read_case("the-side-room", library()), 2))


def report(run, session, debrief, **more):
    return report_of(run, debrief, session, **more)


def fact(made, label):
    return next(one.text for one in made.facts if one.label == label)


def test_it_says_who_what_and_when(textbook):
    made = report(*textbook, learner="reef-7", finished_on=date(2026, 11, 20))
    run, session, debrief = textbook
    assert made.title == "The wandering shadows" and fact(made, "Learner") == "reef-7"
    assert fact(made, "Case") == f"wandering-shadows, version {session.case.version}"
    assert fact(made, "Patient").startswith("seed 3: a ") and fact(made, "Mode") == "examination"
    assert fact(made, "Time") == "22 of 25 min" and fact(made, "Last saved") == "20 November 2026"
    assert fact(made, "Engine") == f"Atoll {run.header.engine}"
    assert fact(made, "Course").startswith(f"{session.now.day} days, {len(session.now.visits)} visits")
    assert made.policy == "Atoll's own policy" and "Pneumocystis" in made.policy_words
    assert made.disease == debrief.disease and made.ending == clip(debrief.ending, 420)


def test_it_says_on_which_imported_chest_it_was_played(textbook):
    run, session, debrief = textbook
    assert "Chest" not in [one.label for one in report(*textbook).facts], "a built chest needs no word"
    header = run.header.model_copy(update={"chest": Chest(name="ward-3", digest="0123456789abcdef" * 4)})
    made = report(run.model_copy(update={"header": header}), session, debrief)
    assert fact(made, "Chest") == "ward-3, imported (content 0123456789ab)"


def test_the_dials_are_those_of_the_score_and_always_eight(textbook, harmful):
    for played in (textbook, harmful):
        made, sheet = report(*played), played[2].sheet
        assert len(made.dials) == 8
        found = {one.name.lower(): (one.value, one.se) for one in made.dials if one.value is not None}
        assert found == {name: (dial.value, dial.se) for name, dial in sheet.dials.items()}
        assert set(made.weights) == set(sheet.dials) and made.overall == sheet.overall


def test_failed_gates_stand_first_with_their_reasons(harmful):
    made, gates = report(*harmful), harmful[2].sheet.gates
    assert made.failed_gates == 2 == sum(gate.failed for gate in gates)
    assert [gate.failed for gate in made.gates] == sorted([gate.failed for gate in gates], reverse=True)
    assert all(gate.reason for gate in made.gates)


def test_the_chain_is_that_of_the_run(textbook):
    run, _, _ = textbook
    made = report(*textbook)
    assert made.chain.head == links_of(run.header, run.events)[-1] and made.chain.count == len(run.events)


def test_the_three_largest_regrets_come_first(textbook, harmful):
    for run, session, debrief in (textbook, harmful):
        made = report(run, session, debrief)
        totals = sorted((visit.choice.total for visit in debrief.visits if visit.choice), reverse=True)
        assert [step.total for step in made.steps] == totals[:3] and made.weighed == len(totals)
        for step in made.steps:
            assert step.belief + step.act == pytest.approx(step.total)
            visit = next(v for v in debrief.visits if v.day == step.day and v.choice)
            assert step.chosen == clip(visit.choice.own, 170) and step.best == clip(visit.choice.best, 170)


def test_the_timeline_is_what_happened(textbook):
    _, session, debrief = textbook
    line = report(*textbook).timeline
    assert line.visits == session.now.visits and line.last_day == session.now.day == len(line.dose_mg) - 1
    assert line.scans == tuple(day for day, _ in debrief.scans)
    taken = [pair.mine for pair in debrief.twin.days if pair.mine is not None and pair.day <= line.last_day]
    days = [pair.day for pair in debrief.twin.days if pair.mine is not None and pair.day <= line.last_day]
    assert [line.dose_mg[day] for day in days] == [one.prednisolone_mg for one in taken]
    assert max(line.dose_mg) > 20
    for n, visit in enumerate(debrief.visits):
        assert sum(one.observer[n] for one in line.beliefs) == pytest.approx(1.0)
        said = [one.stated[n] for one in line.beliefs]
        assert said == [None] * len(said) if visit.stated is None else sum(said) == pytest.approx(1.0)


def test_the_next_cards_come_in_their_order(textbook):
    cards = [NextCard(date(2026, 12, day), f"card {day}") for day in (9, 3, 7, 5, 1, 11)]
    made = report(*textbook, next_cards=cards)
    assert [card.text for card in made.next_cards] == ["card 1", "card 3", "card 5", "card 7"]
    assert made.more_cards == 2


def test_nobody_is_named_who_is_not_told(textbook):
    assert fact(report(*textbook), "Learner") == "no name" == fact(report(*textbook, learner="\u202e \n"), "Learner")
    assert "Last saved" not in [one.label for one in report(*textbook).facts]


def test_the_same_run_gives_the_same_files(examiner, textbook):
    run, session, debrief = textbook
    again = Session(examiner.engine, session.case, run)
    one, two = report(run, session, debrief), report(run, again, debrief_of(examiner, again))
    assert html_of(one) == html_of(two) and pdf_of(one) == pdf_of(two)


def test_a_run_that_goes_on_has_no_report(examiner, shadows, textbook):
    for mode, word in (("tutor", "a run that is not over"), ("exam", "an examination that is not over")):
        session = examiner.session(shadows, 4, mode)
        session.submit(Advance(to_day=7, stops="urgent"))
        run = sealed(session, 60)
        with pytest.raises(BadInput, match=word):
            check_finished(run, session)
        with pytest.raises(BadInput, match=word):
            report_of(run, textbook[2], session)
        session.submit(Ended(day=session.now.day))
        check_finished(sealed(session, 60), session)


def test_an_examination_whose_time_is_up_has_one(examiner, shadows):
    session = examiner.session(shadows, 4, "exam")
    limit = shadows.minutes * 60
    with pytest.raises(BadInput):
        check_finished(sealed(session, limit - 1), session)
    check_finished(sealed(session, limit), session)


def test_two_events_are_enough(examiner, shadows):
    session = examiner.session(shadows, 3)
    session.submit(Advance(to_day=30, stops="urgent"))
    session.submit(Ended(day=session.now.day))
    made = report(*debriefed(examiner, session))
    assert made.chain.count == 2 and len(made.steps) == 1 and made.steps[0].pictures == ()
    assert fact(made, "Time") == "not taken" and pdf_of(made).startswith(b"%PDF")


def test_time_and_going_back_are_told(examiner, textbook):
    run, session, debrief = textbook
    header = run.header.model_copy(update={"time_factor": 1.5})
    slow = run.model_copy(update={"header": header})
    assert fact(report(slow, session, debrief), "Time") == "22 of 38 min, factor 1.5"
    tutor = run.model_copy(update={"header": run.header.model_copy(update={"mode": "tutor"})})
    assert fact(report(tutor, session, debrief), "Time") == "22 min, no limit"
    left = replace(debrief, left=tuple(replace_left(n) for n in range(40)))
    assert fact(report(run, session, left), "Went back").startswith("40 times; the paths left scored 0, 1, 2")


def replace_left(n):
    from trainer.encounter.debrief import Left

    return Left(n, n, float(n))


def test_texts_are_cut_to_one_line_of_what_can_be_printed():
    assert clip("a\n b\t\x00c\u202ed  e", 20) == "a b c d e"
    assert clip("word " * 30, 12) == "word word w…" and len(clip("x" * 99, 12)) == 12
