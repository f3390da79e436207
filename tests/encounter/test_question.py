"""Decision points as questions: what the stem tells, and what it must not tell."""

import re

import pytest

from trainer.encounter import sight
from trainer.encounter.question import CT, Question, question_of, silent
from trainer.encounter.session import Session
from trainer.encounter.turn import ActFinder
from trainer.knowledge.casebook import TEXTBOOK, case_names, case_plan, read_case

SEED = 2**48 + 17


def asked(engine, name, step, most=10) -> Question:
    """Return the question in the first patient from the seed on who lives to see the step."""
    from trainer.core.error import BadInput

    case = read_case(name, engine.library)
    for seed in range(SEED, SEED + most):
        try:
            return question_of(engine, case, step, seed)
        except BadInput as error:
            assert "did not live" in str(error)  # noqa: PT017 - nothing else may go wrong
    raise AssertionError(f"nobody of {most} lives to see step {step + 1} of {name}")


def told(question):
    stem = question.stem
    results = [text for pair in stem.results for text in pair]
    return " ".join([stem.opening, *stem.happened, *stem.taking, *results, *stem.pending, stem.today])


@pytest.fixture(scope="module")
def questions(engine):
    """Every decision point of every case."""
    cases = {name: read_case(name, engine.library) for name in case_names()}
    return {(name, step): asked(engine, name, step) for name, case in cases.items() for step in range(len(case.steps))}


def test_every_decision_point_can_be_asked(questions, engine):
    assert len(questions) >= 50
    for (name, step), question in questions.items():
        assert question.day == read_case(name, engine.library).steps[step].day


def test_nothing_names_the_disease(questions, engine):
    """Results are evidence and may say "organizing pneumonia"; the disease by its full name stands nowhere."""
    for (name, step), question in questions.items():
        disease = engine.library.diseases[read_case(name, engine.library).disease]
        text = told(question).lower()
        assert disease.name.lower() not in text, (name, step)
        outside = " ".join([*question.stem.happened, *question.stem.pending, question.stem.today]).lower()
        for word in disease.synonyms:
            assert not re.search(rf"\b{re.escape(word.lower())}\b", outside), (name, step, word)


def test_there_are_two_cts_from_the_second_fortnight_on(questions):
    for (name, step), question in questions.items():
        days = [day for day, _ in question.scans]
        assert days == sorted(set(days)) and 1 <= len(days) <= 2
        assert question.day - days[-1] <= 14, (name, step)
        assert question.asks_change == (len(days) == 2)
        assert question.asks_change or question.day <= 14, (name, step)


def test_a_ct_for_the_card_alone_is_said_to_be_one(questions, engine):
    for (name, step), question in questions.items():
        case = read_case(name, engine.library)
        planned = {r.day for r in case_plan(case, TEXTBOOK, engine.library).tests if r.test == CT}
        added = {day for day, _ in question.scans} - planned
        assert bool(added) == ("Only for this card" in question.stem.today), (name, step)


def test_what_the_step_is_about_is_left_open(questions, engine):
    """No drug is begun and nothing invasive is ordered on the day of the question."""
    tests = engine.library.tests
    for question in questions.values():
        events = [event for event in question.run.events if getattr(event, "kind", "") in ("course", "test")]
        for event in events:
            if event.kind == "course":
                assert event.course.day < question.day
            elif event.request.day == question.day:
                assert not tests[event.request.test].invasive


def test_results_say_when_they_are_not_of_today(questions):
    question = questions["wandering-shadows", 2]
    headings = dict(question.stem.results)
    assert any(heading.endswith(", today") for heading in headings)
    assert "Bronchoscopy, day 0" in headings
    assert "mg/L (day 0: " in headings["Blood, today"]


def test_what_is_not_there_is_told_in_one_sentence(questions):
    history = dict(questions["wandering-shadows", 0].stem.results)["History"]
    assert re.search(r"No amiodarone, no nitrofurantoin, no methotrexate", history)


def test_what_a_patient_answers_stands_beside_what_was_asked(questions):
    history = dict(questions["three-courses", 0].stem.results)["History"]
    assert "Previous cancer: No, never. Why do you ask?" in history


def test_findings_are_sentences(questions):
    for question in questions.values():
        for _, text in question.stem.results:
            assert not re.search(r"; [A-Z][a-z]", text), text


def test_a_drug_that_was_stopped_is_told_as_stopped(questions):
    happened = " ".join(questions["the-pill-box", 1].stem.happened)
    assert "suspected drug stopped" in happened and "Stop the" not in happened


def test_what_is_taken_is_told_with_its_dose_of_today(questions):
    stem = questions["wandering-shadows", 2].stem
    assert "Prednisolone 0.75 mg/kg a day, since day 7" in stem.taking
    assert any("falling over 24 weeks; with co-trimoxazole" in line for line in stem.happened)


def test_the_same_seed_is_the_same_question(engine):
    case = read_case("the-choir-singer", engine.library)
    one, two = (question_of(engine, case, 2, SEED) for _ in range(2))
    assert one.run == two.run and one.stem == two.stem
    other = question_of(engine, case, 2, SEED + 1)
    assert other.person != one.person


def test_the_run_can_be_played_again(questions, engine):
    question = questions["temperature-diary", 3]
    session = Session(engine, read_case("temperature-diary", engine.library), question.run)
    assert session.now.day == question.day and not session.now.over
    assert sight.scan_days(session.pictures())[-2:] == [day for day, _ in question.scans]


def test_a_plan_can_be_silenced(engine):
    plan = silent(case_plan(read_case("wandering-shadows", engine.library), TEXTBOOK, engine.library))
    assert plan.says == "written" and plan.tests and plan.treatments and not plan.beliefs


@pytest.mark.parametrize(
    ("typed", "act"),
    [
        ("pred", "prednisolone"), ("BAL", "bronchoscopy-lavage"), ("wait", "observe"), ("observe", "observe"),
        ("stop pred", "stop:prednisolone"), ("go on", "observe"), ("CT", "thin-section-ct"),
    ],
)  # fmt: skip
def test_acts_are_found_by_any_word(engine, typed, act):
    assert ActFinder(engine.library, ("prednisolone",)).find(typed)[0][0] == act


def test_only_what_is_taken_can_be_stopped(engine):
    found = ActFinder(engine.library, ()).find("stop pred")
    assert all(not act.startswith("stop:") for act, _ in found)
