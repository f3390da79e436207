"""Results in the records: kept once, read back as they were, and silent about what is not to be told yet."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text, update

from tests.records.example import BEGIN, add_run, item, month, performance
from trainer.core.error import BadInput
from trainer.encounter.performance import Claim
from trainer.knowledge.library import library
from trainer.reasoning.dial import score_sheet
from trainer.records import table
from trainer.records.gradebook import dials, gates, grouped, lost, policies, repeats, scored
from trainer.records.learner import add_learner
from trainer.records.result import finished_runs, note_result

CLAIMS = (Claim(8, "better", 0.6, True), Claim(8, "relapse", 0.1, False), Claim(9, "lead", 0.75, True))


@pytest.fixture
def records(shelf):
    """Records in a file, and on a server."""
    return shelf.records


@pytest.fixture
def learner(records):
    return add_learner(records, "river")


def rows(records, of):
    with records.begin() as connection:
        return connection.execute(select(func.count()).select_from(of)).scalar_one()


def test_what_is_noted_is_read_back(records, learner):
    add_run(records, learner, "wandering-shadows-1-1")
    made = performance(
        {"safety": 40.0, "perception": 64.0}, 39.5, 2, CLAIMS, items=[item("signs-0", "perception", 0.6)]
    )
    note_result(records, learner.id, "wandering-shadows-1-1", made, BEGIN)
    (run,) = finished_runs(records, learner.id)
    assert (run.name, run.case, run.seed, run.mode) == ("wandering-shadows-1-1", "wandering-shadows", 1, "tutor")
    found = run.result
    assert (found.overall, found.gates_failed, found.disease, found.difficulty) == (39.5, 2, "cop", "intermediate")
    assert list(found.dials) == ["perception", "safety"], "in the order of the dials"
    assert (found.dials["safety"].value, found.dials["safety"].se) == (40.0, 6.0)
    assert found.claims == CLAIMS and found.scored_at == BEGIN
    assert [(loss.dial, loss.kind, round(loss.points, 6)) for loss in found.losses] == [("perception", "signs", 40.0)]


def test_the_same_again_changes_nothing_and_another_score_takes_its_place(records, learner):
    add_run(records, learner, "a-1-1")
    first = performance({"perception": 64.0, "safety": 90.0}, claims=CLAIMS)
    for days in (0, 3):
        note_result(records, learner.id, "a-1-1", first, BEGIN + timedelta(days=days))
    (run,) = finished_runs(records, learner.id)
    assert run.result.scored_at == BEGIN
    assert [rows(records, of) for of in (table.score, table.dial, table.statement)] == [1, 2, 3]
    other = performance({"perception": 30.0}, 30.0, claims=CLAIMS[:1])
    note_result(records, learner.id, "a-1-1", other, BEGIN + timedelta(days=4))
    (run,) = finished_runs(records, learner.id)
    assert (run.result.overall, run.result.scored_at) == (30.0, BEGIN + timedelta(days=4))
    assert [rows(records, of) for of in (table.score, table.dial, table.statement)] == [1, 1, 1]


def test_a_run_of_nobody_is_not_noted(records, learner):
    other = add_learner(records, "stone")
    add_run(records, other, "a-1-1")
    for name in ("a-1-1", "b-1-1"):
        with pytest.raises(BadInput, match="no such run"):
            note_result(records, learner.id, name, performance(), BEGIN)
    assert rows(records, table.score) == 0
    note_result(records, other.id, "a-1-1", performance(), BEGIN)
    assert finished_runs(records, learner.id) == [] and len(finished_runs(records, other.id)) == 1


def test_a_run_in_play_and_one_of_an_open_set_are_not_told(records, learner):
    add_run(records, learner, "a-1-1", over=False)
    sat = add_run(records, learner, "b-2-1", at=1)
    note_result(records, learner.id, "b-2-1", performance(), BEGIN)
    number = str(uuid4())
    with records.begin() as connection:
        connection.execute(
            insert(table.assessment).values(
                id=number, learner_id=learner.id, seed=1, time_factor=1.0, policy="default", made_at=BEGIN
            )
        )
        connection.execute(insert(table.sitting).values(assessment_id=number, place=1, case_id="b", seed=2, run_id=sat))
    assert finished_runs(records, learner.id) == []
    with records.begin() as connection:
        connection.execute(update(table.assessment).values(ended_at=BEGIN))
    assert [run.name for run in finished_runs(records, learner.id)] == ["b-2-1"]


FILE_ALONE = pytest.mark.parametrize("shelf", ["sqlite"], indirect=True)  # a server takes no word for a number
DAMAGE = [
    (table.score, "sheet", ""), (table.score, "sheet", "[]"), (table.score, "sheet", "{"), (table.score, "sheet", "3"),
    (table.score, "sheet", json.dumps({"items": [{"id": 3}]})), (table.score, "sheet", json.dumps({"items": 4})),
    (table.score, "sheet", "[" * 100_000), (table.score, "overall", "much"), (table.score, "overall", 1e300),
    (table.score, "sheet", '{"items": [{"id": "a", "dial": "b", "points": NaN, "most": 1}]}'),
    (table.dial, "value", -4.0), (table.dial, "se", "wide"), (table.statement, "kind", "guess"),
    (table.statement, "share", 7.0), (table.score, "gates_failed", "some"),
]  # fmt: skip


@FILE_ALONE
@pytest.mark.parametrize(("of", "column", "value"), DAMAGE)
def test_a_damaged_score_counts_as_none_and_can_be_made_anew(records, learner, of, column, value):
    made = performance(claims=CLAIMS[:1])
    for name in ("a-1-1", "b-1-1"):
        add_run(records, learner, name, name[0], at=ord(name[0]))
        note_result(records, learner.id, name, made, BEGIN)
    with records.begin() as connection:
        number = connection.execute(select(table.run.c.id).where(table.run.c.name == "a-1-1")).scalar_one()
        connection.execute(
            text(f"UPDATE {of.name} SET {column} = :value WHERE run_id = :run"), {"value": value, "run": number}
        )
    assert [run.result is None for run in finished_runs(records, learner.id)] == [True, False]
    note_result(records, learner.id, "a-1-1", made, BEGIN)
    assert [run.result is None for run in finished_runs(records, learner.id)] == [False, False]


@FILE_ALONE
@pytest.mark.parametrize("column", ["made_at", "played_at"])
def test_a_time_that_is_none_is_one_line(records, learner, column):
    add_run(records, learner, "a-1-1")
    with records.begin() as connection:
        connection.execute(text(f"UPDATE run SET {column} = 'soon'"))
    with pytest.raises(BadInput, match="damaged") as caught:
        finished_runs(records, learner.id)
    assert "\n" not in str(caught.value)


@FILE_ALONE
def test_a_score_of_no_time_can_be_made_anew(records, learner):
    add_run(records, learner, "a-1-1")
    note_result(records, learner.id, "a-1-1", performance(), BEGIN)
    with records.begin() as connection:
        connection.execute(text("UPDATE score SET scored_at = 'soon'"))
    note_result(records, learner.id, "a-1-1", performance(), BEGIN)
    assert finished_runs(records, learner.id)[0].result.scored_at == BEGIN


def test_a_row_that_is_no_run_is_left_out(records, learner):
    add_run(records, learner, "a-1-1", mode="blind")
    add_run(records, learner, "b-1-1", at=1)
    assert [run.name for run in finished_runs(records, learner.id)] == ["b-1-1"]


def test_what_the_kinds_lost_is_what_the_dial_lacks(records, learner):
    items = [
        item("signs-0", "perception", 0.5), item("signs-28", "perception", 1.0), item("zones-0", "perception", 0.25),
        item("key-lavage-first", "management", 1.0, 3.0), item("key-taper", "management", -1.0, 0.0),
        item("decision-0", "management", 4.0, 4.0), item("gate-abrupt-stop", "safety", 0.0, 0.6),
        item("economy-cost", "economy", 0.5), item("economy-radiation", "economy", 0.9),
    ]  # fmt: skip
    sheet = score_sheet(items, (), library().policy("default").marking)
    add_run(records, learner, "a-1-1")
    note_result(records, learner.id, "a-1-1", replace(performance(), sheet=sheet), BEGIN)
    (run,) = finished_runs(records, learner.id)
    taken = {}
    for loss in run.result.losses:
        taken[loss.dial] = taken.get(loss.dial, 0.0) + loss.points
    assert taken == pytest.approx({name: 100.0 - dial.value for name, dial in sheet.dials.items()})
    kinds = {(loss.dial, loss.kind) for loss in run.result.losses}
    assert {("perception", "signs"), ("management", "key"), ("economy", "economy-cost")} <= kinds


def test_the_gradebook_over_a_month(records, learner):
    month(records, learner, 40)
    runs = finished_runs(records, learner.id)
    assert [run.made_at for run in runs] == sorted(run.made_at for run in runs) and len(runs) == 40
    first = scored(runs, first_only=True)
    assert len(first) == len({run.case for run in runs}) == 12 and repeats(first) == 0 and repeats(runs) == 28
    assert len(scored(runs, mode="exam")) == 13 and scored(runs, policy="another") == []
    assert policies(runs) == {"default": 40}
    over = {one.name: one for one in dials(runs)}
    assert over["overall"].estimate.count == 12 and len(over["overall"].values) == 40
    assert dials(runs[:4])[0].estimate is None
    by_case = grouped(runs, lambda run: run.case, "overall")
    assert [one.name for one in by_case] == sorted(one.name for one in by_case)
    assert all(one.estimate is None for one in by_case), "many runs of one case are one case"
    losses = list(lost(first).values())
    means = [one.estimate.mean for one in losses if one.estimate is not None]
    assert means == sorted(means, reverse=True) and means
    failed = gates(runs)
    assert failed.count == 40 and failed.low < failed.hits / 40 < failed.high
    assert gates([]) is None


def test_a_second_run_of_a_case_is_known_by_the_first_even_without_a_score(records, learner):
    add_run(records, learner, "a-1-1", "a", at=0)
    add_run(records, learner, "a-2-1", "a", at=1)
    note_result(records, learner.id, "a-2-1", performance(), BEGIN)
    runs = finished_runs(records, learner.id)
    assert scored(runs, first_only=True) == [] and len(scored(runs)) == 1
