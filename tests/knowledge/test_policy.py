"""The prior of a policy is a case mix of known diseases."""

import shutil

import pytest

from trainer.core.place import assets_dir
from trainer.knowledge.library import library, lint
from trainer.knowledge.policy import DEFAULT, HEALTHY


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  cop: {value: 0.16", "  cop: {value: 0.26", "sum to 1.1, not to 1"),
        ("  cop: {", "  healthy: {", "the healthy are not sent"),
        ("  cop: {", "  copd: {", "no disease is called 'copd'"),
    ],
)
def test_a_prior_that_is_no_case_mix_is_refused_where_it_stands(tmp_path, old, new, message):
    shutil.copytree(assets_dir(), tmp_path / "assets")
    path = tmp_path / "assets" / "policies" / f"{DEFAULT}.yaml"
    text = path.read_text()
    path.write_text(text.replace(old, new, 1))
    (fault,) = [f for f in lint(tmp_path / "assets") if message in f.message]
    assert fault.path == path
    assert abs(fault.line - text[: text.index(old)].count("\n") - 1) <= 2


def test_the_case_mix_has_every_disease():
    known = library()
    assert set(known.policies[DEFAULT].case_mix) == set(known.diseases) - {HEALTHY}
