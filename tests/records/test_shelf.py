"""The shelf: every run kept at once and whole, listed without playing it, and nothing ever lost in silence."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, insert, select, update

from tests.records.conftest import again
from tests.records.kept import note
from trainer import __version__
from trainer.core.error import BadInput
from trainer.encounter.event import Advanced, BeliefStated, CourseStarted, Ended, Interrupt, RolledBack, TestOrdered
from trainer.encounter.run import Header, Run
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import Belief
from trainer.reasoning.dial import DialReading, ScoreSheet
from trainer.records import table
from trainer.records.learner import add_learner
from trainer.records.shelf import Shelf, met_seeds

CASE = "wandering-shadows"
SHEET = ScoreSheet(72.4, {"perception": DialReading(64.0, 6.0), "safety": DialReading(100.0, 0.5)}, (), ())


def run(*events, seed=1, case=CASE, mode="tutor"):
    made = Run(header=Header(case=case, seed=seed, mode=mode))
    for event in events:
        made = made.then(event)
    return made.sealed("0" * 64)


def long_run(seed=1):
    """A run of some ninety events, as a long case makes."""
    events = []
    for day in range(30):
        course = Course(give="prednisolone", day=day, steps=(Step(dose=0.5, unit="mg/kg", days=28),) * 6)
        order = TestOrdered(request=Request(test="ct-chest", day=day))
        events += [CourseStarted(course=course), order, Advanced(to_day=day + 1, day=day + 1)]
    return run(*events, seed=seed)


def change(shelf, where, **values):
    """Change rows behind the shelf's back."""
    one = where.left.table
    with shelf.records.begin() as connection:
        assert connection.execute(update(one).where(where).values(**values)).rowcount


def count(shelf, one):
    with shelf.records.begin() as connection:
        return connection.scalar(select(func.count()).select_from(one))


@pytest.mark.parametrize("mode", ["tutor", "exam"])
def test_what_is_saved_is_loaded_and_listed(shelf, mode):
    name = shelf.new_name(CASE, 3)
    assert name == f"{CASE}-3-1"
    kept = run(Advanced(to_day=28, day=28), Ended(day=28, second=7), seed=3, mode=mode)
    shelf.save(name, kept)
    for one in (shelf, again(shelf)):
        assert one.load(name) == kept
        (entry,) = one.entries()
        assert (entry.name, entry.case, entry.version, entry.seed, entry.mode) == (name, CASE, 1, 3, mode)
        assert (entry.day, entry.over, entry.playable, entry.score) == (28, True, True, None)
    assert shelf.new_name(CASE, 3) == f"{CASE}-3-2"
    assert shelf.complaints == ()


def test_a_differential_is_loaded_in_the_order_in_which_it_was_stated(shelf):
    shares = {"other": 0.5, "cop": 0.25, "bacterial": 0.25}
    kept = run(BeliefStated(belief=Belief(day=0, shares=shares)), Advanced(to_day=7, day=7))
    shelf.save("a-1-1", kept)
    for one in (shelf, again(shelf)):
        found = one.load("a-1-1")
        assert found == kept and found.encode() == kept.encode()


@pytest.mark.parametrize(
    ("events", "day", "over"),
    [
        ((), 0, False),
        ((Advanced(to_day=9, day=7),), 7, False),
        ((Advanced(to_day=9, day=9), Ended(day=9)), 9, True),
        ((Advanced(to_day=9, day=5, why=(Interrupt(kind="death", text="x"),)),), 5, True),
        ((Advanced(to_day=9, day=9), Ended(day=9), RolledBack(to=1)), 9, False),
        ((Advanced(to_day=9, day=9), RolledBack(to=0), Advanced(to_day=4, day=4)), 4, False),
    ],
)
def test_the_list_knows_where_a_run_stands(shelf, events, day, over):
    shelf.save("a-1-1", run(*events))
    (entry,) = shelf.entries()
    assert (entry.day, entry.over) == (day, over)


def test_the_last_played_comes_first(shelf):
    for seed in (1, 2):
        shelf.save(f"{CASE}-{seed}-1", run(seed=seed))
    assert [entry.seed for entry in shelf.entries()] == [2, 1]
    shelf.save(f"{CASE}-1-1", run(Advanced(to_day=3, day=3)))
    assert [(entry.seed, entry.day) for entry in shelf.entries()] == [(1, 3), (2, 0)]


def test_a_save_adds_what_is_new_and_the_same_again_changes_nothing(shelf):
    whole, made = long_run(), Run(header=long_run().header)
    for number, event in enumerate(whole.events, 1):
        made = made.then(event)
        if number % 7 == 0:
            shelf.save("a-1-1", made.sealed("0" * 64))
    shelf.save("a-1-1", whole)
    (before,) = shelf.entries()
    for one in (shelf, again(shelf)):
        one.save("a-1-1", whole)
    assert shelf.entries() == (before,)
    assert count(shelf, table.event) == len(whole.events)
    assert shelf.load("a-1-1") == whole


def test_the_time_of_an_examination_is_kept_without_a_new_event(shelf):
    made = run(mode="exam")
    for second in (5, 90):
        shelf.save("a-1-1", made.sealed("1" * 64, second))
        assert shelf.load("a-1-1").elapsed_s == second


def test_what_another_window_played_is_not_overwritten(shelf):
    first, other = run(Advanced(to_day=3, day=3)), again(shelf)
    for one in (shelf, other):
        one.save("a-1-1", first)
    further = run(Advanced(to_day=3, day=3), Advanced(to_day=9, day=9))
    other.save("a-1-1", further)
    for mine in (run(Advanced(to_day=3, day=3), Ended(day=3)), first, run(), run(seed=2)):
        with pytest.raises(BadInput, match="another window plays this run"):
            shelf.save("a-1-1", mine)
    assert shelf.load("a-1-1") == further


def test_a_new_seed_on_each_start(shelf):
    had = []
    for _ in range(4):
        seed = shelf.next_seed(CASE)
        had.append(seed)
        shelf.save(shelf.new_name(CASE, seed), run(seed=seed))
    assert len(set(had)) == 4
    assert shelf.next_seed("the-tailor") == 1


def test_a_patient_who_was_met_in_a_review_or_a_set_is_not_met_again(shelf):
    now = datetime.now(UTC)
    mine = shelf.learner_id
    rows = (
        (table.card, {"id": "c", "learner_id": mine, "kind": "decision", "case_id": CASE, "step": 0, "schedule": "{}",
                      "scheduler": "x", "due_at": now, "last_seed": 1, "made_at": now}),
        (table.answer, {"id": "a", "card_id": "c", "seed": 2, "score": 1.0, "rating": 3, "said": "{}",
                        "answered_at": now}),
        (table.assessment, {"id": "s", "learner_id": mine, "seed": 9, "time_factor": 1.0, "policy": "default",
                            "made_at": now}),
        (table.sitting, {"assessment_id": "s", "place": 1, "case_id": CASE, "seed": 3}),
    )  # fmt: skip
    with shelf.records.begin() as connection:
        for one, values in rows:
            connection.execute(insert(one).values(**values))
    assert met_seeds(shelf.records, mine, CASE) == {1, 2, 3}
    assert shelf.next_seed(CASE) == 4
    other = add_learner(shelf.records, "another")
    assert met_seeds(shelf.records, other.id, CASE) == set()


def test_the_score_is_noted_with_the_run(shelf):
    shelf.save(f"{CASE}-1-1", run(Advanced(to_day=2, day=2)))
    assert shelf.entries()[0].score is None
    for _ in range(2):
        note(shelf, f"{CASE}-1-1", SHEET)
    for one in (shelf, again(shelf)):
        (entry,) = one.entries()
        assert entry.over and entry.score.overall == 72.4
        assert entry.score.dials["perception"].se == 6.0
    with shelf.records.begin() as connection:
        (row,) = connection.execute(select(table.score))
    assert (row.disease, row.gates_failed) == ("cop", 0)
    change(shelf, table.dial.c.dial == "safety", value=1e14)
    assert shelf.entries()[0].score is None, "no bar is as long as that"
    with pytest.raises(BadInput, match="no such run"):
        note(shelf, "b", SHEET)


EVENTS = (Advanced(to_day=28, day=28), Advanced(to_day=50, day=50), Ended(day=50))


@pytest.mark.parametrize("mode", ["tutor", "exam"])
@pytest.mark.parametrize(
    ("where", "values", "says"),
    [
        (table.event.c.number == 2, {"body": '{"day":50,"kind":"advanced","stops":"urgent","to_day":50}'}, "event 2"),
        (table.event.c.number == 3, {"body": '{"day":50,"kind":"end","second":1}'}, "event 3"),
        (table.event.c.number == 2, {"link": "0" * 64}, "event 2"),
        (table.run.c.name == "a-1-1", {"second": 5}, "changed after it was saved"),
        (table.run.c.name == "a-1-1", {"seed": 4}, "event 1"),
        (table.run.c.name == "a-1-1", {"seal": None}, "no seal"),
        (table.event.c.number == 2, {"body": "[" * 90_000}, "not a run"),
        (table.event.c.number == 2, {"body": "{}, {}"}, "not a valid run"),
        (table.event.c.number == 2, {"body": '{"kind":"odd"}'}, "not a valid run"),
        (table.event.c.number == 3, {"number": 9}, "event 3"),
    ],
)
def test_a_run_that_was_changed_says_where_and_is_not_played(shelf, mode, where, values, says):
    shelf.save("a-1-1", run(*EVENTS, mode=mode))
    change(shelf, where, **values)
    for _ in range(2):
        with pytest.raises(BadInput, match=r"^a-1-1: ") as caught:
            shelf.load("a-1-1")
        assert says in str(caught.value) and "\n" not in str(caught.value)
    assert count(shelf, table.event) == 3, "it stays as it is"


def test_an_event_that_was_taken_out_is_missed(shelf):
    shelf.save("a-1-1", run(*EVENTS))
    with shelf.records.begin() as connection:
        connection.execute(delete(table.event).where(table.event.c.number == 2))
    with pytest.raises(BadInput, match="event 2 was changed"):
        shelf.load("a-1-1")


@pytest.mark.parametrize("values", [{"mode": "none"}, {"day": -1}, {"day": 10**9}, {"seed": -1}, {"case_id": ""}])
def test_a_row_that_is_no_run_is_left_out_of_the_list_and_told_once(shelf, values):
    shelf.save("a-1-1", run())
    shelf.save("b-1-1", run(seed=2))
    change(shelf, table.run.c.name == "a-1-1", **values)
    for _ in range(2):
        assert [entry.name for entry in shelf.entries()] == ["b-1-1"]
        (line,) = shelf.complaints
        assert "a-1-1" in line and "\n" not in line


def test_a_run_of_another_version_stays_where_it_is(shelf):
    shelf.save("a-1-1", run(Advanced(to_day=28, day=28)))
    change(shelf, table.run.c.name == "a-1-1", engine="9.0")
    (entry,) = shelf.entries()
    assert not entry.playable
    with pytest.raises(BadInput, match=rf"engine 9\.0, this is {__version__}"):
        shelf.load("a-1-1")
    assert shelf.complaints == ()


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "", "a\nb", "C:x", "x" * 121])
def test_a_name_is_a_plain_word(shelf, name):
    with pytest.raises(BadInput, match="no name of a run"):
        shelf.save(name, run())
    with pytest.raises(BadInput, match="no such run"):
        shelf.load(name)


def test_nobody_sees_or_changes_the_runs_of_another(shelf):
    shelf.save("a-1-1", run(Advanced(to_day=28, day=28)))
    other = Shelf(shelf.records, add_learner(shelf.records, "another").id)
    assert other.entries() == ()
    with pytest.raises(BadInput, match="no such run"):
        other.load("a-1-1")
    other.save("a-1-1", run(seed=9))
    assert shelf.load("a-1-1").header.seed == 1 and other.load("a-1-1").header.seed == 9
