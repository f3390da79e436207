"""`atoll warm` says how far it is, and has nothing to do twice."""

import json

import pytest

from trainer.chest import warming as chest
from trainer.cli.main import run
from trainer.course import warming as course


@pytest.fixture
def compiled(monkeypatch):
    """Stand in for the two compiles; return what was compiled."""
    done = []

    def course_warm(_, tell):
        tell(0.5)
        done.append("course")

    def chest_warm(tell):
        tell(0.5)
        tell(1.0)
        done.append("chest")

    monkeypatch.setattr("trainer.cli.warm._NICE", 0)
    for module, name, warm in ((course, "course", course_warm), (chest, "chest", chest_warm)):
        monkeypatch.setattr(module, "is_warm", lambda name=name: name in done)
        monkeypatch.setattr(module, "warm", warm)
    return done


def test_each_line_is_the_share_that_is_done(compiled, capsys):
    assert run(["warm", "--json"]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["share"] for one in said] == [0.0, 0.125, 0.25, 0.625, 1.0, 1.0]
    assert {one["text"] for one in said} == {"the simulator", "the chest", "compiled"}
    assert compiled == ["course", "chest"]
    assert run(["warm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"share": 1.0, "text": "nothing to compile"}


def test_in_words(compiled, capsys):
    assert run(["warm"]) == 0
    assert "later starts need not" in capsys.readouterr().out
    assert run(["warm"]) == 0
    assert "nothing to compile" in capsys.readouterr().out
    assert compiled == ["course", "chest"]
