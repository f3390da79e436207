"""Sets: one open at a time, going on after a kill, silent until closed, and a result with its standard error."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from math import sqrt
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, update

from tests.records.conftest import again
from tests.records.kept import shelf_in
from tests.records.test_shelf import run
from trainer import __version__
from trainer.core.error import BadInput
from trainer.encounter.event import Advanced, Ended
from trainer.knowledge.contents import cases_as_written
from trainer.records import table
from trainer.records.learner import add_learner
from trainer.records.run_file import find_run
from trainer.records.selfassessment import (
    close_if_over,
    close_set,
    note_run,
    open_set,
    plan_minutes,
    prepare,
    sets,
    withheld,
)
from trainer.records.setresult import Mean, mean_of, means_of

CASES = cases_as_written()
MINUTES = {case.id: case.minutes for case in CASES}
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def records(shelf):
    return shelf.records


@pytest.fixture
def learner(shelf):
    return shelf.learner_id


def play(records, learner, case, seed, *, mode="exam", over=False, second=None, at=NOW, engine=__version__, version=1):
    """Put a run into the records as a window leaves it, and return its name."""
    made = {
        "id": str(uuid4()), "learner_id": learner, "name": f"{case}-{seed}-{uuid4().hex[:4]}", "case_id": case,
        "case_version": version, "seed": seed, "engine": engine, "mode": mode, "policy": "default", "time_factor": 1.0,
        "format": 2, "second": second, "day": 9, "over": over, "made_at": at, "played_at": at,
    }  # fmt: skip
    with records.begin() as connection:
        connection.execute(insert(table.run).values(made))
    return made["name"]


def finish(records, name):
    with records.begin() as connection:
        connection.execute(update(table.run).where(table.run.c.name == name).values(over=True))


def score(records, name, overall, **dials):
    with records.begin() as connection:
        run_id = connection.execute(select(table.run.c.id).where(table.run.c.name == name)).scalar_one()
        connection.execute(
            insert(table.score).values(
                run_id=run_id, overall=overall, policy="default", engine=__version__, disease="cop",
                difficulty="advanced", gates_failed=0, sheet='{"items": []}', scored_at=NOW,
            )
        )  # fmt: skip
        for dial, value in dials.items():
            connection.execute(insert(table.dial).values(run_id=run_id, dial=dial, value=value, se=5.0))


def opened(records, learner, count=3, factor=1.0, now=NOW):
    made = open_set(records, learner, CASES, count, factor, "default", now)
    found = sets(records, learner, CASES)[0]
    assert found.id == made
    return found


def newest(records, learner):
    return sets(records, learner, CASES)[0]


def test_the_minutes_told_before_are_those_of_the_set(records, learner):
    told = plan_minutes(records, learner, CASES, 4, 1.25, NOW)
    made = opened(records, learner, 4, 1.25)
    assert made.minutes == told == 1.25 * sum(MINUTES[one.case] for one in made.sittings)
    assert [one.state for one in made.sittings] == ["waiting"] * 4
    assert [one.place for one in made.sittings] == [1, 2, 3, 4]


def test_one_set_is_open_at_a_time_for_each_learner(records, learner):
    opened(records, learner)
    with pytest.raises(BadInput, match="open already"):
        open_set(records, learner, CASES, 3, 1.0, "default", NOW)
    other = add_learner(records, "kestrel").id
    opened(records, other)
    close_set(records, learner, CASES, NOW)
    opened(records, learner)
    assert len(sets(records, learner, CASES)) == 2 and len(sets(records, other, CASES)) == 1


def test_of_two_windows_on_a_server_one_opens_a_set(server_records):
    learner = add_learner(server_records, "crane").id
    for _ in range(5):
        close_set(server_records, learner, CASES, NOW)
        gate = Barrier(2)

        def sit_down(gate=gate):
            gate.wait()
            try:
                return open_set(server_records, learner, CASES, 3, 1.0, "default", NOW)
            except BadInput as error:
                return error

        with ThreadPoolExecutor(2) as pool:
            found = [one.result() for one in [pool.submit(sit_down), pool.submit(sit_down)]]
        assert sorted(type(one).__name__ for one in found) == ["BadInput", "str"]
        assert sum(one.open for one in sets(server_records, learner, CASES)) == 1


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_set_of_no_size(records, learner, count):
    with pytest.raises(BadInput, match="2 to 6"):
        open_set(records, learner, CASES, count, 1.0, "default", NOW)


def test_a_time_that_no_run_can_have(records, learner):
    for factor in (0.5, 5.0, float("nan")):
        with pytest.raises(BadInput, match="1 to 4 times"):
            open_set(records, learner, CASES, 3, factor, "default", NOW)
    opened(records, learner)
    with records.begin() as connection:
        connection.execute(update(table.assessment).values(time_factor=-1.0))
    with pytest.raises(BadInput, match="damaged"):
        sets(records, learner, CASES)


def test_it_goes_on_where_it_stood(shelf, records, learner):
    made = opened(records, learner)
    first, second, _ = made.sittings
    name = play(records, learner, first.case, first.seed, second=100)
    note_run(records, made.id, 1, name)
    note_run(records, made.id, 1, name)
    other = again(shelf).records
    going = newest(other, learner)
    assert going.next == going.sittings[0] and (going.next.state, going.next.run, going.next.used_s) == (
        "in play", name, 100,
    )  # fmt: skip
    finish(other, name)
    assert newest(other, learner).next.place == second.place


def test_a_kill_before_the_run_was_noted_loses_nothing(records, learner):
    made = opened(records, learner)
    one = made.sittings[0]
    name = play(records, learner, one.case, one.seed)
    going = newest(records, learner)
    assert (going.sittings[0].state, going.sittings[0].run) == ("in play", name)
    assert withheld(records, learner) == {name}
    finish(records, name)
    close_set(records, learner, CASES, NOW)
    assert newest(records, learner).sittings[0].run == name


def test_a_run_that_is_not_of_the_place_is_refused(records, learner):
    made = opened(records, learner)
    one, two, _ = made.sittings
    other = add_learner(records, "kestrel").id
    for name in (
        play(records, learner, one.case, one.seed + 1), play(records, learner, one.case, one.seed, mode="tutor"),
        play(records, learner, two.case, two.seed), play(records, other, one.case, one.seed), "no-such-run",
    ):  # fmt: skip
        with pytest.raises(BadInput, match="place 1"):
            note_run(records, made.id, 1, name)
    first = play(records, learner, one.case, one.seed)
    note_run(records, made.id, 1, first)
    with pytest.raises(BadInput, match="place 1"):
        note_run(records, made.id, 1, play(records, learner, one.case, one.seed))


def test_a_patient_whom_the_learner_has_met_meanwhile_is_changed_for_another(records, learner):
    made = opened(records, learner)
    one = made.sittings[0]
    assert prepare(records, made.id, 1) == one.seed
    play(records, learner, one.case, one.seed, mode="tutor")
    other = prepare(records, made.id, 1)
    assert other != one.seed
    assert prepare(records, made.id, 1) == other == newest(records, learner).sittings[0].seed


def test_no_patient_of_another_set_is_drawn(records, learner):
    had = set()
    for number in range(12):
        made = opened(records, learner, 6, now=NOW + timedelta(days=number))
        met = {(one.case, one.seed) for one in made.sittings}
        assert not met & had
        had |= met
        close_set(records, learner, CASES, NOW)


def test_no_patient_of_a_card_is_drawn(records, learner):
    shown, answered, *_ = sorted(_next(records, learner))
    for case, seed in (shown, answered):
        card = str(uuid4())
        with records.begin() as connection:
            connection.execute(
                insert(table.card).values(
                    id=card, learner_id=learner, kind="decision", case_id=case, step=0, schedule="{}", scheduler="",
                    due_at=NOW, last_seed=seed if case == shown[0] else 1, made_at=NOW,
                )
            )  # fmt: skip
            if case == answered[0]:
                connection.execute(
                    insert(table.answer).values(
                        id=str(uuid4()), card_id=card, seed=seed, score=1.0, rating=3, said="{}", answered_at=NOW
                    )
                )
    drawn = _next(records, learner)
    assert not {shown, answered} & drawn and {case for case, _ in drawn} >= {shown[0], answered[0]}


def _next(records, learner):
    """What the next set would be, drawn and thrown away."""
    from trainer.records.selfassessment import _draw

    with records.begin() as connection:
        return set(_draw(connection, learner, CASES, 6, NOW)[1])


def test_cases_played_lately_are_not_drawn(records, learner):
    lately = {"the-tailor", "two-tickets", "the-side-room"}
    for case in lately:
        play(records, learner, case, 1, mode="tutor", over=True, at=NOW - timedelta(days=3))
    made = opened(records, learner, 6)
    assert not lately & {one.case for one in made.sittings}
    assert not any(one.met_before for one in made.sittings)


def test_the_result(records, learner):
    made = opened(records, learner)
    known = made.sittings[2].case
    play(records, learner, known, 1, mode="tutor", at=NOW - timedelta(days=200))
    for one, overall, safety in zip(made.sittings, (60.0, 70.0, 83.0), (100.0, 40.0, None), strict=True):
        name = play(records, learner, one.case, one.seed, over=True, second=300)
        score(records, name, overall, perception=overall - 10, **({} if safety is None else {"safety": safety}))
    assert close_if_over(records, learner, CASES, NOW)
    done = newest(records, learner)
    assert not done.open and done.unscored == () and [one.used_s for one in done.sittings] == [300] * 3
    assert [one.met_before for one in done.sittings] == [False, False, True]
    means = means_of(records, learner, done)
    spread = sqrt(sum((x - 71.0) ** 2 for x in (60.0, 70.0, 83.0)) / 2 / 3)
    overall = means["overall"]
    assert (done.overall, overall.value, overall.count) == (71.0, 71.0, 3)
    assert overall.se == pytest.approx(spread)
    assert overall.interval == pytest.approx((71.0 - 4.302653 * spread, min(100.0, 71.0 + 4.302653 * spread)))
    assert {name: mean.count for name, mean in means.items()} == {"overall": 3, "perception": 3, "safety": 2}
    assert means["safety"].value == 70.0 and means["safety"].se == pytest.approx(30.0)


def test_what_has_not_ended_does_not_count_also_when_it_is_ended_later(records, learner):
    made = opened(records, learner)
    one, two, _ = made.sittings
    first = play(records, learner, one.case, one.seed, over=True)
    second = play(records, learner, two.case, two.seed)
    note_run(records, made.id, 2, second)
    assert not close_if_over(records, learner, CASES, NOW)
    close_set(records, learner, CASES, NOW)
    finish(records, second)
    done = newest(records, learner)
    assert [one.state for one in done.sittings] == ["done", "lost", "lost"]
    assert done.unscored == (first,) and means_of(records, learner, done) == {}
    score(records, first, 55.0)
    score(records, second, 99.0)
    assert means_of(records, learner, newest(records, learner)) == {"overall": Mean(55.0, 1)}


def test_nothing_is_said_of_a_run_before_the_set_is_closed(records, learner):
    made = opened(records, learner)
    names = {play(records, learner, one.case, one.seed, over=True) for one in made.sittings[:2]}
    play(records, learner, "the-tailor", 1, mode="tutor", over=True)
    assert withheld(records, learner) == names
    close_set(records, learner, CASES, NOW)
    assert withheld(records, learner) == frozenset()


def test_the_command_line_says_nothing_of_an_open_set_either(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    shelf = shelf_in(tmp_path)
    one = opened(shelf.records, shelf.learner_id).sittings[0]
    name = shelf.new_name(one.case, one.seed)
    kept = run(Advanced(to_day=9, day=9), Ended(day=9), case=one.case, seed=one.seed, mode="exam")
    shelf.save(name, kept)
    with pytest.raises(BadInput, match="self-assessment that is open"):
        find_run(name)
    close_set(shelf.records, shelf.learner_id, CASES, NOW)
    assert find_run(name) == shelf.load(name)
    shelf.records.close()


def test_a_case_whose_time_is_up_has_ended(records, learner):
    made = opened(records, learner, factor=1.5)
    one = made.sittings[0]
    name = play(records, learner, one.case, one.seed, second=round(one.minutes * 60) - 1)
    assert newest(records, learner).sittings[0].state == "in play"
    with records.begin() as connection:
        connection.execute(update(table.run).where(table.run.c.name == name).values(second=round(one.minutes * 60)))
    assert newest(records, learner).sittings[0].state == "done"


def test_what_cannot_be_played_is_passed_over(records, learner):
    made = opened(records, learner)
    one, two, three = made.sittings
    play(records, learner, one.case, one.seed, engine="0.0.1")
    gone = [case for case in CASES if case.id != two.case]
    (going,) = sets(records, learner, gone)
    assert [one.state for one in going.sittings] == ["lost", "lost", "waiting"] and going.next.place == 3
    play(records, learner, three.case, three.seed, over=True)
    assert close_if_over(records, learner, gone, NOW)


def test_a_set_goes_with_its_learner_and_stands_without_its_run(records, learner):
    made = opened(records, learner)
    one = made.sittings[0]
    play(records, learner, one.case, one.seed, over=True)
    close_set(records, learner, CASES, NOW)
    with records.begin() as connection:
        connection.execute(delete(table.run))
    assert [one.state for one in newest(records, learner).sittings] == ["lost"] * 3
    with records.begin() as connection:
        connection.execute(delete(table.learner))
        assert connection.execute(select(table.sitting)).all() == []
    assert sets(records, learner, CASES) == ()


def test_the_interval_stays_on_the_scale():
    assert mean_of([10.0, 90.0], [1.0, 1.0]).interval == (0.0, 100.0)
    assert mean_of([50.0] * 6, [0.0] * 6).interval == (50.0, 50.0)


def test_cases_that_agree_by_luck_are_not_certain():
    assert mean_of([50.0] * 4, [8.0] * 4).se == pytest.approx(4.0)
