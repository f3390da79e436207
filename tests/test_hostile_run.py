"""Run files that were damaged or forged: one line, or a run that can be played."""

import copy
import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.hostile import Watch, changed, mutated, places_in
from trainer.encounter.player import Written, play
from trainer.encounter.run import Chest, Header, Run, decode
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
from trainer.records.run_file import read_run

CASE = "wandering-shadows"


CHEST = Chest(name="ward-3", digest="0123456789abcdef" * 4)


@pytest.fixture(scope="module", params=[("tutor", None), ("exam", None), ("tutor", CHEST)])
def recorded(engine, request):
    """A run by the resident's plan, who says all that can be said, as it is saved; an examination has its links."""
    mode, chest = request.param
    case = read_case(CASE, library())
    plan = case_plan(case, "resident", library())
    session = Session(engine, case, Run(header=Header(case=CASE, seed=1, mode=mode, chest=chest)))
    play(session, plan, Written(plan))
    return sealed(session)


@pytest.fixture
def watch(tmp_path, recorded):
    path = tmp_path / "run.json"
    path.write_text(recorded.encode())
    assert read_run(path) == recorded
    return Watch(tmp_path)


def test_bytes_of_a_run(watch, recorded):
    path, good = watch.folder / "run.json", recorded.encode().encode()
    for seed in range(250):
        raw = mutated(good, seed)
        path.write_bytes(raw)
        with watch.over(seed):
            assert read_run(path) == recorded, "whatever is read is what was sealed"
    watch.tell("runs, bytes")
    assert watch.refused > 230


def test_values_of_a_run(watch, recorded):
    path, good = watch.folder / "run.json", json.loads(recorded.encode())
    for seed in range(150):
        path.write_text(json.dumps(changed(good, seed)))
        with watch.over(seed):
            assert read_run(path) == recorded
    watch.tell("runs, values")
    assert watch.refused > 120


def forged(events, seed):
    """Return events left out, doubled, moved or with other numbers, in the form that the format asks for."""
    rng = np.random.default_rng(seed)
    out = copy.deepcopy(events[: int(rng.integers(1, len(events) + 1))])
    for _ in range(int(rng.integers(1, 3))):
        at, other = (int(n) for n in rng.integers(0, len(out), 2))
        day = int(rng.choice([0, 1, 27, 28, 365, 366, 3650]))
        match int(rng.integers(0, 7)):
            case 0 if len(out) > 1:
                del out[at]
            case 1:
                out.insert(other, copy.deepcopy(out[at]))
            case 2:
                out[at], out[other] = out[other], out[at]
            case 3:
                out.insert(at, {"kind": "rollback", "to": int(rng.integers(0, 12))})
            case 4:
                out.insert(at, {"kind": str(rng.choice(["end", "move"])), "day": day, "place": "icu"})
                if out[at]["kind"] == "end":
                    del out[at]["place"]
            case 5:
                out.insert(at, {"kind": "advanced", "to_day": max(day, 1), "day": day, "why": []})
            case _:
                numbers = [place for place in places_in(out) if place and place[-1] in {"day", "dose", "days", "scan"}]
                *way, last = numbers[int(rng.integers(0, len(numbers)))]
                holder = out
                for step in way:
                    holder = holder[step]
                holder[last] = type(holder[last])(day)
    return out


def test_a_run_that_was_forged_and_sealed_anew_is_played_or_refused(engine, watch, recorded):
    """The seal is no secret: whatever the format allows must be safe to play."""
    good = json.loads(recorded.encode())
    allowed = 0
    for seed in range(120):
        value = {"header": good["header"], "events": forged(good["events"], seed)}
        with suppress(ValidationError):
            run = Run.model_validate_json(json.dumps(value))
            allowed += 1
            with watch.over(seed):
                again = decode(run.sealed("0" * 64).encode(), "forged")
                Session(engine, read_case(again.header.case, engine.library), again)
    watch.tell(f"runs, forged ({allowed} of them as the format asks)")
    assert allowed > 90 and 40 < watch.refused < allowed - 10


_KEYS = st.sampled_from(["header", "events", "format", "kind", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner),
    max_leaves=12,
)


@settings(max_examples=150)
@given(_JSON)
def test_any_json_is_refused(tmp_path, value):
    watch = Watch(tmp_path)
    with watch.over(value):
        decode(json.dumps(value), "x")
    assert watch.refused == 1


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path, raw):
    (tmp_path / "x.json").write_bytes(raw)
    watch = Watch(tmp_path)
    with watch.over(raw):
        read_run(tmp_path / "x.json")
    assert watch.refused == 1
