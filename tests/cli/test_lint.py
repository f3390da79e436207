"""`atoll lint` says "no faults" only of what it has checked."""

import shutil

import pytest

from trainer.cli.main import run
from trainer.core.place import assets_dir, cases_dir

PLAN = """\
id: mine
title: t
source: judgement
treatments:
  - {give: prednisolone, day: 0, steps: [{dose: 30.0, days: 5}]}
"""


@pytest.fixture
def assets(tmp_path):
    shutil.copytree(assets_dir(), tmp_path / "assets")
    return tmp_path / "assets"


@pytest.fixture
def case(tmp_path):
    shutil.copytree(cases_dir() / "wandering-shadows", tmp_path / "cases" / "wandering-shadows")
    return tmp_path / "cases" / "wandering-shadows"


@pytest.fixture(autouse=True)
def _two_seeds(monkeypatch):
    """Rehearse on two patients, not on twenty."""
    monkeypatch.setattr("trainer.cli.case.SEEDS", (1, 2))


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def lints(capsys, path):
    status = run(["lint", str(path)])
    said = capsys.readouterr()
    assert said.err == ""
    assert (status == 0) == (said.out == "no faults\n")
    return said.out


def test_a_case_is_checked_as_its_folder_or_its_file(capsys, case):
    for path in (case, case / "case.yaml", case / "textbook.yaml", case.parent):
        assert lints(capsys, path) == "no faults\n"
    replace(case / "case.yaml", "disease: cop", "disease: measles")
    replace(case / "textbook.yaml", "give: prednisolone", "give: prednisolon")
    for path, names in ((case, (1, 1)), (case.parent, (1, 1)), (case / "textbook.yaml", (0, 1))):
        said = lints(capsys, path)
        assert [word in said for word in ("'measles'", "'prednisolon'")] == [bool(n) for n in names]
    assert "'measles'" in lints(capsys, case / "case.yaml")
    (case / "textbook.yaml").unlink()
    assert "every case has its textbook.yaml" in lints(capsys, case)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("prednisolone", "prednisolon", "no treatment is called"),
        ("source: judgement", "source: nobody-1900", ":3: source: no source is called 'nobody-1900'"),
        ("source: judgement\n", "", "source: missing"),
        ("id: mine\n", "", "id: missing"),
        ("dose: 30.0", "dose: 1:30", "1:30 is no plain decimal"),
        ("day: 0", "day: yes", "valid integer"),
    ],
)
def test_a_plan_anywhere_is_checked_with_its_source(capsys, tmp_path, old, new, says):
    path = tmp_path / "plans" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(PLAN)
    assert lints(capsys, path) == "no faults\n"
    replace(path, old, new)
    assert says in lints(capsys, path)


def test_a_file_of_knowledge_is_checked_within_its_folder(capsys, assets):
    path = assets / "knowledge" / "diseases" / "cop.yaml"
    assert lints(capsys, path) == "no faults\n"
    replace(path, "group: organizing-pneumonia", "group: pneumonia")
    assert f"{path}:4: group" in lints(capsys, path)
    assert lints(capsys, assets / "knowledge" / "diseases" / "uip.yaml") == "no faults\n"


@pytest.mark.parametrize("text", ["a: 1\n", "- 1\n", "id: cop\nname: x\n", "tests: []\n", "hello\n"])
def test_what_cannot_be_checked_is_not_called_faultless(capsys, tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    assert run(["lint", str(path)]) == 2
    assert "cannot be checked" in capsys.readouterr().err


def test_a_file_that_is_not_read_is_a_fault_of_its_folder(capsys, assets):
    shutil.copy(assets / "knowledge" / "diseases" / "cop.yaml", assets / "knowledge" / "diseases" / "copy.yml")
    assert "copy.yml:1: not read" in lints(capsys, assets)
    assert run(["lint", str(assets / "knowledge" / "diseases" / "copy.yml")]) == 2
    assert "cannot be checked" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["- a\n", "tests: 5\n", "tests: [{id: [1]}]\n", "tests: [3]\n", "x\n"])
def test_a_malformed_file_of_tests_is_a_fault(capsys, assets, text):
    path = assets / "knowledge" / "tests" / "blood.yaml"
    path.write_text(text)
    assert f"{path}:1: " in lints(capsys, path)


@pytest.mark.parametrize("name", ["sources", "findings"])
@pytest.mark.parametrize("text", ["- a\n", "5\n", "{}\n"])
def test_a_file_that_is_no_mapping_is_one_fault(capsys, assets, name, text):
    path = assets / "knowledge" / f"{name}.yaml"
    path.write_text(text)
    assert lints(capsys, assets) == f"{path}:1: a mapping is expected\n1 fault\n"


@pytest.mark.parametrize("word", ["usual interstitial pneumonia", " UIP ", "Uip"])
def test_two_diseases_do_not_share_a_name(capsys, assets, word):
    path = assets / "knowledge" / "diseases" / "cop.yaml"
    replace(path, "synonyms: [COP,", f"synonyms: ['{word}',")
    said = lints(capsys, assets)
    assert "uip is called too" in said or "cop is called too" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{age}", "{age.__class__}", "cannot be filled in"),
        ("{age}", "{age[0]}", "cannot be filled in"),
        ("{age}", "{age:>9999999999}", "cannot be filled in"),
        ("{age}", "{age!r}", "cannot be filled in"),
        ("{age}", "{0}", "cannot be filled in"),
        ("{age}", "{}", "cannot be filled in"),
        ("{age}", "{diagnosis}", "cannot be filled in"),
        ("{age}", "{age", "opening: "),
        ("{age}", "}", "opening: "),
        ("migrated == 1", "migratory == 1", ":8: requires.0: no column is called 'migratory'"),
        ("migrated == 1", "relapsed == 1", "no column is called 'relapsed'"),
        ("migrated == 1", "sex == 1", "no column is called 'sex'"),
        ("migrated == 1", "migrated == 1.2.3", ":8: requires.0"),
        ("migrated == 1", "migrated == .", ":8: requires.0"),
    ],
)
def test_the_text_and_the_conditions_of_a_case_are_checked(capsys, case, old, new, says):
    replace(case / "case.yaml", old, new)
    assert says in lints(capsys, case)


def test_doubled_braces_are_text(capsys, case):
    replace(case / "case.yaml", "{age}", "{{age}}")
    assert lints(capsys, case) == "no faults\n"
