"""Policies: one may say only where it differs from another, and what it names must be there."""

import shutil

import pytest

from trainer.core.place import assets_dir
from trainer.knowledge.library import _read, library, lint
from trainer.knowledge.marking import DIALS
from trainer.knowledge.policy import DEFAULT, HEALTHY


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(assets_dir(), tmp_path / "assets")
    return tmp_path / "assets"


def test_a_policy_that_extends_another_differs_only_where_it_says_so():
    default, other = library().policy("default"), library().policy("second-defect")
    assert other.extends == "default" and default.extends is None
    assert other.prior == default.prior and other.value == default.value
    mine, theirs = other.marking, default.marking
    assert (mine.weights, mine.points, mine.reasoning) == (theirs.weights, theirs.points, theirs.reasoning)
    assert mine.safety.prophylaxis.second_defect and not theirs.safety.prophylaxis.second_defect
    assert mine.safety.prophylaxis.from_mg == theirs.safety.prophylaxis.from_mg
    assert mine.safety.uncovered_steroid.from_mg.source == "judgement"  # a number goes with its source, as a whole
    assert mine.safety.uncovered_steroid.infections["fungal"] == theirs.safety.uncovered_steroid.infections["fungal"]


def test_every_dial_has_a_weight():
    assert set(library().policy("default").marking.weights) == set(DIALS)


def write(folder, text):
    path = folder / "policies" / "mine.yaml"
    path.write_text("id: mine\ntitle: t\nsummary: s\n" + text)
    return path


def test_a_gate_can_be_taken_out(copy):
    write(copy, "extends: default\nmarking:\n  safety:\n    abrupt_stop: null\n")
    assert lint(copy) == []
    found, _ = _read(copy)
    assert found.policies["mine"].marking.safety.abrupt_stop is None
    assert found.policies["mine"].marking.safety.hypoxaemia is not None


def instead(value, *keys, why="source: judgement, reason: r"):
    """Return a policy that has one number of the default's otherwise."""
    lines = ["extends: default", *("  " * depth + f"{key}:" for depth, key in enumerate(keys))]
    return "\n".join(lines) + f" {{value: {value}, {why}}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: nobody\n", "no policy is called 'nobody'"),
        ("extends: ../policies/default\n", "no policy is called"),
        ("extends: 3\n", "no policy is called"),
        ("extends: second-defect\n", "extends another policy itself"),
        ("extends: default\nmarking:\n  odd: 1\n", "marking.odd: unknown key"),
        (instead(1, "marking", "perception", "signs", "x-ray-vision"), "no finding is called"),
        (instead(90, "marking", "safety", "hypoxaemia", "below", "tarot", why="unit: '%', source: vats-edinburgh-2014"),
         "no test is called"),
        (instead(0, "prior", "flu"), "no disease is called"),
        (instead(1, "marking", "economy", "nothing"), "must be above"),
        (instead(0, "marking", "weights", "safety"), "no weight for safety"),
        (instead(1, "marking", "points", "useful", why="source: nobody-1900"), "no source is called"),
    ],
    ids=lambda text: text if text.isprintable() else "",
)  # fmt: skip
def test_a_fault_is_found_in_the_file_that_makes_it(copy, text, message):
    path = write(copy, text)
    found = lint(copy)
    assert any(message in fault.message for fault in found), found
    assert {fault.path for fault in found} == {path}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  cop: {value: 0.16", "  cop: {value: 0.26", "sum to 1.1, not to 1"),
        ("  cop: {", "  healthy: {", "the healthy are not sent"),
        ("  cop: {", "  copd: {", "no disease is called 'copd'"),
    ],
)
def test_a_prior_that_is_no_case_mix_is_refused_where_it_stands(copy, old, new, message):
    path = copy / "policies" / f"{DEFAULT}.yaml"
    text = path.read_text()
    path.write_text(text.replace(old, new, 1))
    (fault,) = [f for f in lint(copy) if message in f.message and f.path == path]
    assert abs(fault.line - text[: text.index(old)].count("\n") - 1) <= 2


def test_the_case_mix_has_every_disease():
    known = library()
    assert set(known.policies[DEFAULT].case_mix) == set(known.diseases) - {HEALTHY}
