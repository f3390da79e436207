"""Cases and plans as YAML that was damaged or made to do harm: faults with their lines, and nothing else."""

import ast
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import trainer
from tests.hostile import Watch, changed, mutated
from trainer.cli.main import run
from trainer.core.error import BadFiles
from trainer.core.place import assets_dir, cases_dir
from trainer.encounter.player import Written, play
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.caselint import lint_case
from trainer.knowledge.document import MAX_BYTES, read_document
from trainer.knowledge.library import library, read_plan

CASE = "wandering-shadows"
OWN = cases_dir() / CASE


@pytest.fixture
def watch(tmp_path):
    shutil.copytree(OWN, tmp_path / "cases" / CASE)
    assert lint_case(CASE, library(), tmp_path / "cases") == []  # and everything is imported
    return Watch(tmp_path)


def linted(watch, what):
    """Lint the case in the watched folder: faults with a line each, or none."""
    with watch.over(what):
        faults = lint_case(CASE, library(), watch.folder / "cases")
        assert all(fault.line >= 1 and str(fault).strip() for fault in faults), what
        if faults:
            raise BadFiles(faults[:1])
        return True
    return False


@pytest.mark.parametrize("name", ["case", "textbook"])
def test_bytes_of_a_case(watch, name):
    path, good = watch.folder / "cases" / CASE / f"{name}.yaml", (OWN / f"{name}.yaml").read_bytes()
    for seed in range(100):
        path.write_bytes(mutated(good, seed))
        linted(watch, seed)
    watch.tell(f"{name}, bytes")
    assert watch.refused > 80


def test_bytes_of_a_plan(watch):
    path, good = watch.folder / "plan.yaml", (assets_dir() / "plans" / "germop-24w.yaml").read_bytes()
    for seed in range(300):
        path.write_bytes(mutated(good, seed))
        with watch.over(seed):
            read_plan(path, library())
    watch.tell("plans, bytes")
    assert watch.refused > 150


def test_values_of_plans(watch):
    path = watch.folder / "plan.yaml"
    kept = [yaml.safe_load(one.read_text()) for one in (OWN / "resident.yaml", assets_dir() / "plans" / "epler.yaml")]
    for seed in range(200):
        path.write_text(yaml.safe_dump(changed(kept[seed % 2], seed), sort_keys=False))
        with watch.over(seed):
            read_plan(path, library())
    watch.tell("plans, values")
    assert watch.refused > 80


def test_a_case_that_the_linter_passes_is_played_or_refused(engine, watch):
    """Values that are allowed and mad: no patient, or one who is followed to the end."""
    folder = watch.folder / "cases"
    kept = {name: yaml.safe_load((OWN / f"{name}.yaml").read_text()) for name in ("case", "textbook")}
    played = 0
    for seed in range(80):
        name = ("case", "textbook")[seed % 2]
        path = folder / CASE / f"{name}.yaml"
        path.write_text(yaml.safe_dump(changed(kept[name], seed, 1), sort_keys=False))
        if linted(watch, seed) and played < 8:
            played += 1
            with watch.over(seed):
                case = read_case(CASE, library(), folder)
                plan = case_plan(case, "textbook", library(), folder)
                play(Session(engine, case, Run(header=Header(case=CASE, seed=1))), plan, Written(plan))
        path.write_text(yaml.safe_dump(kept[name], sort_keys=False))
    watch.tell(f"cases, values ({played} played)")
    assert played == 8


def full(unit, tail=""):
    return (unit * (MAX_BYTES // len(unit)))[: MAX_BYTES - 20] + tail


FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "allow_pickle",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load",
}  # fmt: skip
SHAPES = {
    "empty lists": "a: [" + full("[],", "]"), "empty maps": "a: [" + full("{},", "]"), "dashes": full("- \n"),
    "one key": full("a: 1\n"), "many keys": "".join(f"k{n}: 1\n" for n in range(15_000)), "no keys": full("? \n"),
    "flow keys": "{" + full("a,", "}"), "numbers": "a: [" + full("1,", "]"), "tags": "a: [" + full("!x 1,", "]"),
    "long number": "a: " + full("1"), "long fraction": "a: 1." + full("1"), "underscores": "a: 1" + full("_1"),
    "base 60": "a: 1" + full(":30"), "dates": "a: [" + full("2001-01-01,", "]"), "spaces": "a: " + full(" ", "b"),
    "lines": "a: |\n" + full("\n", " b"), "folded": 'a: "' + full("x\n ", '"'), "comments": full("#\n", "a: 1"),
    "directives": full("%YAML 1.1\n"), "documents": full("---\n"), "long anchor": "&" + full("a", " b"),
    "long tag": "!" + full("a", " b"), "quotes": full("'"), "commas": "[" + full(","), "colons": full(":"),
    "brackets": full("["), "escapes": 'a: "' + full("\\x41", '"'), "tabs": full("\t"), "merge": full("<<: {a: 1}\n"),
    "told": "told: [" + "{}," * 9000 + "]", "steps": "steps:\n" + "- {}\n" * 9000,
    "treatments": "id: x\ntreatments:\n" + "- {give: 1, steps: [{}]}\n" * 3000,
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_the_largest_files_are_answered_at_once(watch, name):
    (watch.folder / "cases" / CASE / "case.yaml").write_text(SHAPES[name])
    (watch.folder / "plan.yaml").write_text(SHAPES[name])
    assert not linted(watch, name)
    with watch.over(name):
        read_plan(watch.folder / "plan.yaml", library())
    assert watch.refused == 2


_WORDS = st.sampled_from(
    ["a", "id", "'", '"', ": ", "- ", "\n", "\n  ", "[", "]", "{", "}", ",", "&a", "*a", "!", "|", ">", "%", "@", "`",
     "#", "? ", "\t", "\\", "0", "1e5", ".", "~", "\u2028", "\ufeff", "\x85", "---"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(_WORDS, max_size=40).map("".join))
def test_any_words_of_yaml_are_read_or_refused(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_bytes(text.encode())
    with Watch(tmp_path).over(text):
        read_document(path)


def test_the_command_says_faults_of_damaged_files_in_lines(watch, capsys, engine):
    path, good = watch.folder / "plan.yaml", (assets_dir() / "plans" / "epler.yaml").read_bytes()
    for seed in range(60):
        path.write_bytes(mutated(good, seed))
        with watch.over(seed):
            status = run(["lint", str(path)])
        said = capsys.readouterr()
        assert status in {0, 1, 2} and "Traceback" not in said.out + said.err
        assert all(line.isprintable() for line in (said.out + said.err).splitlines())


def test_no_program_is_read_from_data():
    """No eval, no pickle, no YAML that makes objects: what is read can only ever be values."""
    found = []
    for path in sorted(Path(trainer.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                names += [called] if called in {"eval", "exec", "compile", "__import__"} else []
                names += [word.arg for word in node.keywords if word.arg == "allow_pickle" and word.value.value]
                names += [called] if called in {"yaml.load", "yaml.load_all", "yaml.unsafe_load"} else []
            found += [f"{path}:{node.lineno}: {name}" for name in names if name in FORBIDDEN]
    assert found == []
