"""Order sets name what is known, within what may be given, and no case."""

import shutil

import pytest

from trainer.core.place import assets_dir, cases_dir
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library, lint, lint_file


def test_the_sets_are_there_each_with_its_source():
    sets = library().order_sets
    assert {"organizing-work-up", "steroid-protection", "course-24-weeks"} <= set(sets)
    for one in sets.values():
        assert one.source in library().sources or (one.source == "judgement" and one.reason)


def test_the_published_course_is_that_of_its_plan():
    made = library().order_sets["course-24-weeks"].treatments[0]
    assert made.steps == library().plans["germop-24w"].treatments[0].steps


def test_no_set_is_called_after_the_disease_of_a_case():
    cases = [read_case(path.name, library()) for path in cases_dir().iterdir() if (path / "case.yaml").is_file()]
    assert cases
    for case in cases:
        name = library().diseases[case.disease].name.lower()
        assert not any(name in one.title.lower() for one in library().order_sets.values())


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("lavage", "bronchoscopy-lavage", "bronchoscopie", "no test is called 'bronchoscopie'"),
        ("steroid-protection", "give: alendronate", "give: alendronat", "no treatment is called 'alendronat'"),
        ("course-24-weeks", "dose: 20.0", "dose: 2000.0", "above the highest daily dose"),
        ("course-24-weeks", "source: lazor-2000", "source: lazor-2001", "no source is called 'lazor-2001'"),
        ("lavage", "tests: [full-blood-count, pulse-oximetry, bronchoscopy-lavage]", "tests: []", "orders nothing"),
        ("lavage", "source: judgement", "kind: course\nsource: judgement", "a course is one treatment and no test"),
        ("lavage", "id: lavage", "id: washing", "differs from the file's name"),
        ("lavage", "tests:", "test:", "unknown key"),
    ],
)
def test_a_fault_is_found_with_its_file(tmp_path, name, old, new, message):
    copy = shutil.copytree(assets_dir(), tmp_path / "assets")
    path = copy / "ordersets" / f"{name}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = [fault for fault in lint(copy) if message in fault.message]
    assert found and all(fault.path == path for fault in found)
    assert lint_file(path)


def test_a_stray_file_is_told(tmp_path):
    copy = shutil.copytree(assets_dir(), tmp_path / "assets")
    (copy / "ordersets" / "more.yml").write_text("id: more\n")
    assert any("not read" in fault.message for fault in lint(copy))
