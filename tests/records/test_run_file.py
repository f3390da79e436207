"""Runs as files: whatever is written can be read back, and what is no run is said in one line."""

import json
import os

import pytest

from trainer import __version__
from trainer.core.error import BadInput
from trainer.encounter.event import Advanced, CourseStarted
from trainer.encounter.run import MAX_BYTES, MAX_EVENTS, Header, Run, decode
from trainer.knowledge.plan import Course, Step
from trainer.records.run_file import read_run, write_run

EMPTY = Run(header=Header(case="wandering-shadows", seed=1))
LONGEST = CourseStarted(
    course=Course(give="x" * 40, day=3650, steps=(Step(dose=1234.0123456789012, unit="mg/kg", days=3650),) * 60)
)


@pytest.mark.parametrize("event", [Advanced(to_day=1, day=1), LONGEST])
def test_a_run_is_full_before_it_cannot_be_read_back(tmp_path, event):
    run = EMPTY
    while not run.full:
        run = run.then(event)
    assert 1 < len(run.events) <= MAX_EVENTS
    path = tmp_path / "run.json"
    write_run(path, run)
    assert path.stat().st_size <= MAX_BYTES
    assert read_run(path) == run


def test_a_run_too_large_to_be_read_is_not_written(tmp_path):
    path = tmp_path / "run.json"
    with pytest.raises(BadInput, match="larger than can be read back"):
        write_run(path, Run(header=EMPTY.header, events=(LONGEST,) * 30))
    assert not path.exists()


def changed(**header):
    return json.dumps({"format": 2, "header": {**EMPTY.header.model_dump(), **header}, "events": []})


TEXT = changed()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TEXT.replace('"seed": 1', '"seed": ' + "9" * 5000), "not a run file"),
        (TEXT.replace('"seed": 1', '"seed": 1, "seed": 2'), "'seed' is there twice"),
        (TEXT.replace('"events"', '"events": [], "events"'), "'events' is there twice"),
        (TEXT.replace(f', "engine": "{__version__}"', ""), "header.engine: missing"),
        (changed(engine=5), "header.engine"),
        (changed(odd=1), "header.odd"),
        ("[" * 90_000, "not a run file"),
        ('{"header": NaN}', "not a valid run"),
    ],
)
def test_what_is_no_run_is_said(text, says):
    assert text != TEXT
    with pytest.raises(BadInput, match=r"^run\.json: ") as caught:
        decode(text, "run.json")
    assert says in str(caught.value)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="not a regular file"):
        read_run(tmp_path / "pipe")
