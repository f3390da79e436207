"""Every case can be played for any seed, and its texts agree with the patient who is drawn."""

import re

import numpy as np
import pytest

from trainer.core.chance import keys_of
from trainer.core.error import BadInput
from trainer.course.beginning import first_day, present
from trainer.course.cohort import Engine
from trainer.course.history import follow
from trainer.course.outcome import NEEDED_DAYS, meets, outcomes
from trainer.course.rehearsal import SEEDS, Failure, patient_of, rehearse
from trainer.course.result import reports_of, result_of
from trainer.course.telling import fill, words_of
from trainer.knowledge.case import WORDS, Told
from trainer.knowledge.casebook import TEXTBOOK, Cohort, case_names, case_plan, read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Plan

NAMES = case_names()
FEW = SEEDS[:8]  # all twenty are rehearsed when `atoll lint` runs over every case, which is a long test
NOTHING = Plan(id="nothing", title="t", source="judgement")
WOMAN, MAN = re.compile(r"\b(woman|she|her)\b", re.I), re.compile(r"\b(man|he|him|his)\b", re.I)
TELLS = {  # words of an opening that state a fact, and where that fact must be told or required
    "fever": "fever", "both sides": "bilateral", "both bases": "bilateral", "moved": "migrated",
    "cough": "cough", "breathless": "exertional-dyspnoea", "sweats": "night-sweats",
    "antibiotic": "no-response-to-antibiotics", "lost weight": "weight-loss", "leukaemia": "severe-immunosuppression",
    "no blood": "haemoptysis",
}  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return Engine.of(library())


@pytest.fixture(scope="module")
def drawn(engine):
    """Return the patients of every case for some seeds, and their columns at presentation."""
    found = {}
    for name in NAMES:
        case = read_case(name, library())
        states = [patient_of(engine, case, seed) for seed in FEW]
        found[name] = case, [(state, presentation(engine, state)) for state in states]
    return found


def presentation(engine, onset):
    wanted = {day for day in NEEDED_DAYS if day >= first_day(onset)} | {0}
    history = follow(engine.parameters, onset, NOTHING, library().treatments, 0, wanted)
    return outcomes(engine.parameters, history)


def value_of(patient, case, finding):
    (value,) = {
        result_of(report, patient, library().diseases[case.disease], 0)
        for report in reports_of(library().tests.values(), {finding})
    }
    return value


def texts(case):
    return [case.opening, *(text.text for text in case.history), *(point.point for point in case.debrief)]


@pytest.mark.parametrize("name", NAMES)
def test_patients_meet_what_their_case_asks_for(drawn, name):
    case, patients = drawn[name]
    for state, columns in patients:
        assert meets(columns, case.requires).all()
        for finding, value in case.findings.items():
            assert value_of(state.patients[0], case, finding) == value


@pytest.mark.parametrize("name", NAMES)
def test_texts_follow_the_patient(drawn, name):
    """Age, sex and the length of the illness in the texts are the patient's; no text is of the other sex."""
    case, patients = drawn[name]
    for state, columns in patients:
        patient = state.patients[0]
        opening = fill(case.opening, patient)
        female = columns["sex"][0] == "F"
        assert opening.startswith("A woman, " if female else "A man, ")
        assert f"{columns['age_years'][0]:.0f} years old" in opening
        told = " ".join(fill(text, patient) for text in texts(case))
        assert "{" not in told and "}" not in told
        assert not (MAN if female else WOMAN).search(told)
        for number, unit in re.findall(r"(\d+) (day|week|month)s?\b", opening):
            days = float(number) * {"day": 1.0, "week": 7.0, "month": 30.44}[unit]
            assert abs(days - 7 * columns["symptom_weeks"][0]) <= {"day": 0.6, "week": 3.6, "month": 15.3}[unit]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_opening_tells_is_so(drawn, name):
    case, patients = drawn[name]
    columns_told = [told for told in case.told if isinstance(told, str)]
    findings_told = {told.finding: told.present for told in case.told if isinstance(told, Told)}
    for phrase, fact in TELLS.items():
        if phrase in case.opening.lower():
            assert fact in columns_told or fact in findings_told, phrase
    for state, columns in patients:
        for finding, there in findings_told.items():
            assert value_of(state.patients[0], case, finding) is there
        for column in columns_told:
            assert np.isfinite(columns[column][0])
        if "fever" in columns_told:
            denied = re.search(r"(no|never had a) fever", case.opening)
            assert columns["fever"][0] == (0.0 if denied else 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_about_the_tempo_fits_the_weeks(drawn, name):
    """The history's categories are "less than about two weeks", "to three months" and "more"."""
    case, patients = drawn[name]
    low, high = {"acute": (0, 2.1), "subacute": (1.9, 13.1), "chronic": (13, 60), None: (0, 60)}[
        case.findings.get("tempo")
    ]
    assert all(low <= columns["symptom_weeks"][0] <= high for _, columns in patients)


@pytest.mark.parametrize("name", NAMES)
def test_the_textbook_runs_on_every_seed(engine, drawn, name):
    case, patients = drawn[name]
    plan = case_plan(case, TEXTBOOK, library())
    for onset, _ in patients:
        history = follow(engine.parameters, onset, plan, library().treatments, case.last_day, plan.visits)
        assert set(history.snapshots) == set(plan.visits)


def test_a_case_is_rehearsed(engine):
    case = read_case("the-allotment", library())
    assert rehearse(engine, case, case_plan(case, TEXTBOOK, library())) == []


def test_an_outlook_is_what_becomes_of_the_patient(engine):
    case = read_case("temperature-diary", library())
    assert case.outlook is not None
    plan = library().plans[case.outlook.plan]
    for seed in (1, 2):
        onset = patient_of(engine, case, seed)
        wanted = {day for day in NEEDED_DAYS if day >= first_day(onset)} | {0, case.outlook.days}
        history = follow(engine.parameters, onset, plan, library().treatments, case.outlook.days, wanted)
        assert meets(outcomes(engine.parameters, history), case.outlook.requires).all()


def test_a_rehearsal_tells_on_which_seed_it_fails_and_passes_a_defect_on(engine):
    case = read_case("wandering-shadows", library())

    def refuse(case, plan, seed):
        if seed == 3:
            raise BadInput("the clock stands still")

    assert rehearse(engine, case, NOTHING, range(1, 6), refuse) == [Failure(3, "the clock stands still")]
    too_rare = case.model_copy(update={"requires": (), "findings": {"cough": "sometimes"}, "outlook": None})
    (failure,) = rehearse(engine, too_rare, NOTHING, [1])
    assert "nobody in" in failure.reason
    with pytest.raises(KeyError):
        rehearse(engine, case, NOTHING, [1], lambda *_: {}["a defect"])


def test_a_batch_draws_the_patients_that_single_draws_do(engine):
    cohort = Cohort("some", "cop", ("fever == 1",), {"cough": True, "tempo": "subacute"})
    batch = engine.members(cohort, 5, 0, 8)
    for row in range(8):
        alone = engine.members(cohort, 5, row, 1)
        assert alone.tobytes() == batch.select(np.array([row])).tobytes()


def test_without_conditions_nobody_is_replaced(engine):
    plain = present(engine.parameters, np.full(4, engine.parameters.row("cop")), keys_of("person", "cop", 5, count=4))
    assert plain.tobytes() == engine.patients("cop", 5, 0, 4).tobytes()


def test_no_patient_is_in_two_cases(drawn):
    keys = [int(state.patients["key"][0]) for _, patients in drawn.values() for state, _ in patients]
    assert len(set(keys)) == len(keys) == len(NAMES) * len(FEW)


def test_every_word_can_be_filled_in(engine):
    words = words_of(engine.patients("bacterial", 1, 0, 1).patients[0])
    assert set(words) == set(WORDS)
    assert re.fullmatch(r"\d+ days?", words["duration"])
    assert re.fullmatch(r"\d+ months?", words_of(engine.patients("uip", 1, 0, 1).patients[0])["duration"])
