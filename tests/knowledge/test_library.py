"""All of Atoll's knowledge is walked, and whatever is broken in it is found with its line."""

import shutil

import pytest

from trainer.core.error import BadFiles, BadInput
from trainer.core.place import assets_dir
from trainer.knowledge.document import read_document
from trainer.knowledge.library import library, lint, read_plan

# a plan's doses rest on the plan's own source, which the test after this one asks for
FILES = sorted(path for path in assets_dir().rglob("*.yaml") if path.parent.name != "plans")
WANTED = {
    "healthy", "cop", "op-postinfectious", "op-amiodarone", "op-nitrofurantoin", "op-radiotherapy", "op-rheumatoid",
    "op-antisynthetase", "op-aspiration", "afop", "bacterial", "eosinophilic", "fungal", "tuberculosis",
    "adenocarcinoma", "infarct", "nsip", "uip", "uip-exacerbation", "hypersensitivity",
}  # fmt: skip
PLANS = {"germop-24w", "prednisone-12w", "epler", "untreated", "antibiotics-only", "clarithromycin-12w"}


def test_nothing_is_wrong():
    assert lint() == []


def test_the_diseases_and_plans_are_there():
    assert set(library().diseases) >= WANTED
    assert set(library().plans) >= PLANS


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_number_has_a_unit_that_was_checked_and_a_source(path):
    """Walk the raw values: wherever a number stands under `value` or `centre`, its source stands beside it."""
    sources = set(library().sources) | {"judgement"}

    def walk(value):
        if isinstance(value, dict):
            plain = {key for key, inner in value.items() if not isinstance(inner, dict)}  # a policy has a part `value`
            rests = {"value", "centre"} & plain or isinstance(value.get("source"), str)
            if rests:
                assert value["source"] in sources, value
                defined = path.stem == "findings"  # a definition in our own words needs no reason
                assert defined or value["source"] != "judgement" or value["reason"].strip(), value
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(read_document(path).value)


def test_every_plan_names_its_source():
    for plan in library().plans.values():
        assert plan.source == "judgement" or plan.source in library().sources


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(assets_dir(), tmp_path / "assets")
    return tmp_path / "assets"


BREAKS = [
    (
        "knowledge/diseases/cop.yaml",
        "  fade: {value: 0.003, unit: 1/day",
        "  fade: {value: 0.003, unit: 1/week",
        "'1/day' is expected",
    ),
    ("knowledge/diseases/cop.yaml", "group: organizing-pneumonia", "group: pneumonia", "Input should be"),
    ("knowledge/diseases/cop.yaml", "id: cop", "id: copd", "differs from the file's name"),
    ("knowledge/diseases/cop.yaml", "name: Cryptogenic organizing pneumonia", "name: x\nodd: 1", "unknown key"),
    ("knowledge/diseases/cop.yaml", "source: cazzato-2000", "source: nobody-1900", "no source is called"),
    ("knowledge/diseases/cop.yaml", ", source: cazzato-2000", "", "missing"),
    ("knowledge/tests/blood.yaml", "finding: ", "finding: no-", "no finding is called"),
    ("policies/default.yaml", "give: isavuconazole", "give: isavuconazol", "no treatment is called"),
    ("policies/default.yaml", "tests: [surgical-biopsy]", "tests: [open-biopsy]", "no test is called"),
    ("plans/germop-24w.yaml", "give: prednisolone", "give: prednisolon", "no treatment is called"),
    ("plans/germop-24w.yaml", "dose: 20.0", "dose: 2000.0", "above the highest daily dose"),
    ("plans/germop-24w.yaml", "day: 0", "day: 0\n    when: relapse", "name one of the two"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), BREAKS, ids=[b[3] for b in BREAKS])
def test_a_fault_is_found_with_file_and_line(copy, name, old, new, message):
    path = copy / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = [f for f in lint(copy) if message in f.message]
    assert found and all(f.path == path for f in found)
    line = text[: text.index(old)].count("\n") + 1
    assert any(abs(f.line - line) <= 8 for f in found)


def test_all_faults_are_listed_at_once(copy):
    for name, old, new, _ in (BREAKS[0], BREAKS[6], BREAKS[7]):
        path = copy / name
        path.write_text(path.read_text().replace(old, new, 1))
    broken = {copy / name for name, *_ in (BREAKS[0], BREAKS[6], BREAKS[7])}
    assert broken <= {f.path for f in lint(copy)}


def test_synonyms_find_a_disease_and_nonsense_does_not():
    assert library().disease("COP").id == "cop"
    assert library().disease("usual interstitial pneumonia").id == "uip"
    with pytest.raises(BadInput, match="no disease is called"):
        library().disease("flu")


def test_a_plan_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "id: mine\ntitle: t\nsource: judgement\ntreatments:\n"
        "  - {give: prednisolone, day: 3, steps: [{dose: 30.0, unit: mg, days: 5}]}\n"
    )
    assert read_plan(path, library()).treatments[0].steps[0].dose == 30
    path.write_text(path.read_text().replace("prednisolone", "prednison"))
    with pytest.raises(BadFiles, match=r"mine.yaml:5: treatments.0.give"):
        read_plan(path, library())
