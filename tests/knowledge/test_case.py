"""Cases tell a story and never the diagnosis, and whatever is wrong in one is found with its line."""

import shutil

import pytest

from trainer.core.place import cases_dir
from trainer.knowledge.casebook import TEXTBOOK, case_names, case_plan, cohort_of, read_case, summary_of
from trainer.knowledge.caselint import giveaways, lint_case, lint_cases, window_of
from trainer.knowledge.keyfeature import OBSERVE
from trainer.knowledge.library import library

NAMES = case_names()
KINDS = {
    "cop": 4, "op-amiodarone": 1, "op-radiotherapy": 1, "op-antisynthetase": 1, "bacterial": 1, "fungal": 1,
    "eosinophilic": 1, "adenocarcinoma": 1, "uip-exacerbation": 1,
}  # fmt: skip


@pytest.fixture
def cases(tmp_path):
    shutil.copytree(cases_dir() / "wandering-shadows", tmp_path / "wandering-shadows")
    return tmp_path


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def faults(cases):
    return [str(fault) for fault in lint_case("wandering-shadows", library(), cases)]


def case_of(name):
    return read_case(name, library())


def test_nothing_is_wrong():
    assert lint_cases(library()) == []


def test_the_cases_are_of_the_wanted_diseases():
    found = [case_of(name).disease for name in NAMES]
    assert {disease: found.count(disease) for disease in set(found)} == KINDS


@pytest.mark.parametrize("name", NAMES)
def test_nothing_before_the_debrief_names_the_diagnosis(name):
    case = case_of(name)
    disease = library().diseases[case.disease]
    words = [*disease.id.split("-"), disease.name, *disease.synonyms]
    shown = " ".join([case.id, case.title, case.opening, *(step.title for step in case.steps), case.ends]).lower()
    assert giveaways(shown) == []
    assert [word for word in words if len(word) > 3 and word.lower() in shown] == []
    assert disease.id not in str(summary_of(case))


@pytest.mark.parametrize("name", NAMES)
def test_windows_lie_inside_the_case_and_a_good_one_can_be_met(name):
    case = case_of(name)
    for feature in case.key_features:
        begin, end = window_of(feature, case.last_day)
        assert 0 <= begin <= end <= case.last_day, feature.id
        if feature.kind == "done":
            assert any(begin <= step.day <= feature.by_day for step in case.steps), feature.id


@pytest.mark.parametrize("name", NAMES)
def test_the_textbook_keeps_to_its_own_key_features(name):
    """An author who loses points by the author's own plan has written a broken case."""
    case, plan = case_of(name), case_plan(case_of(name), TEXTBOOK, library())
    days = [(course.give, course.day) for course in plan.treatments if course.day is not None]
    days += [(request.test, request.day) for request in plan.tests]
    days += [(OBSERVE, day) for day in plan.observe]
    steroid = next((course for course in plan.treatments if course.give == "prednisolone"), None)
    for feature in case.key_features:
        if feature.kind == "done":
            met = [(n, d) for n, d in days if n in feature.any_of and feature.from_day <= d <= feature.by_day]
            assert met, feature.id
            first = min(day for _, day in met)
            assert all(day >= first for n, day in days if n in feature.before), feature.id
        elif feature.kind == "avoided":
            begin, end = window_of(feature, case.last_day)
            assert not [n for n, d in days if n in feature.any_of and begin <= d <= end], feature.id
        elif feature.kind == "taper":
            assert steroid is not None and feature.from_day <= steroid.day <= feature.by_day
            weeks = sum(step.days for step in steroid.steps) / 7
            assert feature.weeks[0] <= weeks <= feature.weeks[1]
            start = steroid.steps[0]
            assert start.unit == "mg/kg" and feature.start_mg_per_kg[0] <= start.dose <= feature.start_mg_per_kg[1]
        else:
            (again,) = (c for c in plan.treatments if c.when == "relapse" and c.give == "prednisolone")
            assert feature.least_mg <= again.steps[0].dose <= feature.most_mg


@pytest.mark.parametrize("name", NAMES)
def test_the_textbook_waits_for_what_it_ordered(name):
    """A result that decides must have come by the last visit; only the last orders of all are for the chart."""
    case, plan = case_of(name), case_plan(case_of(name), TEXTBOOK, library())
    for request in plan.tests:
        due = request.day + library().tests[request.test].latency.value / 24
        assert any(due <= visit for visit in plan.visits), request
    assert max(plan.visits) <= case.last_day


def test_a_cohort_is_that_of_the_case():
    case, cohort = case_of("two-tickets"), cohort_of("two-tickets", library())
    assert (cohort.requires, cohort.findings, cohort.outlook) == (case.requires, case.findings, case.outlook)
    assert cohort_of("COP", library()).disease == "cop"
    assert cohort_of("COP", library()).outlook is None


def test_a_resident_says_what_is_believed():
    plan = case_plan(case_of("wandering-shadows"), "resident", library())
    assert plan.says == "written"
    assert plan.beliefs and plan.reads and plan.evidence and plan.forecasts
    assert "co-trimoxazole-prophylaxis" not in [course.give for course in plan.treatments]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("disease: cop", "disease: measles", "no disease is called 'measles'"),
        ("  cough: true", "  coughing: true", "findings.coughing: no test reports such a finding"),
        ("  cough: true", "  cough: dry", "findings.cough: true or false is expected"),
        ("  cough: true", "  c-reactive-protein: true", "findings.c-reactive-protein: no test reports such a finding"),
        ("tempo: subacute", "tempo: slow", "one of these is expected: acute, subacute, chronic"),
        ("tempo: subacute", "tempo: true", "one of these is expected"),
        ("  - migrated\n", "  - bilateral\n", "the opening tells 'bilateral', which `requires` leaves open"),
        ("{finding: cough}", "{finding: wheezing}", "no finding is called 'wheezing'"),
        ("{finding: cough}", "{finding: wheeze}", "the opening tells 'wheeze', `findings` does not"),
        ("{finding: cough}", "{finding: cough, present: false}", "the opening tells 'cough'"),
        ("test: history-onset", "test: crp", "no test of the history is called 'crp'"),
        ("test: history-onset", "test: history-drugs", "'history-drugs' is there twice"),
        ("day: 0, ends", "day: 1, ends", "the first step is that of day 0"),
        ("day: 28}", "day: 5}", "does not come after the step before"),
        ("day: 189}", "day: 400}", "lies beyond the last day, 365"),
        ("id: results,", "id: first,", "the identifier 'first' is used twice"),
        ("title: The results", "title: COP", "'COP' tells the diagnosis"),
        ("{person}, {age}", "{person} with organizing pneumonia, {age}", "'organizing' tells the diagnosis"),
        ("id: serology", "id: taper", "the identifier 'taper' is used twice"),
        ("[history-drugs]", "[history-of-drugs]", "no test or treatment is called 'history-of-drugs'"),
        ("before: [prednisolone", "before: [prednison", "no treatment is called 'prednison'"),
        ("zero_day: 91", "zero_day: 500", "its window lies beyond the last day, 365"),
        ("source: zhang-2020", "source: nobody-1900", "no source is called 'nobody-1900'"),
        ("reason: Bone is", "reason: Bone of {age} is", "a brace, where the words are not filled in"),
        ("requires:\n", "outlook: {plan: none, days: 9, requires: ['died == 0']}\nrequires:\n", "no plan is called"),
    ],
)
def test_a_fault_of_a_case_is_found(cases, old, new, says):
    replace(cases / "wandering-shadows" / "case.yaml", old, new)
    found = faults(cases)
    assert any(says in fault and "case.yaml:" in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: textbook", "id: text", "differs from the file's name"),
        ("visits: [7,", "visits: [8,", "the step 'results' of day 7 is not looked in on"),
        ("visits: [7,", "visits: [8,", "day 7 is no visit of this plan"),
        ("visits: [7, 28", "visits: [28, 7", "does not come after the visit before"),
        ("189, 365]", "189, 366]", "lies beyond the case's last day"),
        ("test: crp", "test: krp", "no test is called 'krp'"),
    ],
)
def test_a_fault_of_its_textbook_is_found(cases, old, new, says):
    replace(cases / "wandering-shadows" / "textbook.yaml", old, new)
    assert any(says in fault and "textbook.yaml:" in fault for fault in faults(cases))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("supports: [fever,", "supports: [fiever,", "no finding is called 'fiever'"),
        ("signs: [consolidation,", "signs: [solid,", "no finding is called 'solid'"),
        ("disease: bacterial", "disease: measles", "no disease is called 'measles'"),
        ("{day: 35, shares", "{day: 36, shares", "day 36 is no visit of this plan"),
    ],
)
def test_a_fault_of_another_plan_is_found(cases, old, new, says):
    replace(cases / "wandering-shadows" / "resident.yaml", old, new)
    assert any(says in fault and "resident.yaml:" in fault for fault in faults(cases))
