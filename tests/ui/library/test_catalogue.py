"""What the library shows, without Qt."""

import pytest

from trainer.knowledge.case import WORDS
from trainer.knowledge.casebook import case_names, read_case
from trainer.knowledge.library import library
from trainer.records.shelf import DialNote, Entry, ScoreNote
from trainer.ui.library.catalogue import DIFFICULTIES, SETTINGS, Filter, catalogue, chosen, general
from trainer.ui.library.detail import run_text

CASES = [read_case(name, library()) for name in case_names()]


def entry(case, seed=1, *, day=0, over=False, at=1, playable=True, overall=None, version=None):
    score = None if overall is None else ScoreNote(overall=overall, dials={"safety": DialNote(value=90.0, se=2.0)})
    version = version or next(one.version for one in CASES if one.id == case)
    return Entry(f"{case}-{seed}-1", case, version, seed, "tutor", day, over, at, playable, score)


def test_every_case_is_there_and_the_easiest_come_first():
    rows = catalogue(CASES, ())
    assert {row.case for row in rows} == set(case_names())
    places = [DIFFICULTIES.index(row.difficulty) for row in rows]
    assert places == sorted(places)
    assert {row.state for row in rows} == {"new"}
    assert {row.setting for row in rows} <= set(SETTINGS)


def test_what_is_in_play_comes_first_the_last_played_at_the_top():
    rows = catalogue(
        CASES, [entry("third-floor", at=5, day=7), entry("the-tailor", at=9), entry("two-tickets", over=True)]
    )
    assert [row.case for row in rows[:2]] == ["the-tailor", "third-floor"]
    assert rows[1].state_text == "In play, day 7"
    assert next(row for row in rows if row.case == "two-tickets").state == "done"


def test_a_run_of_a_case_that_has_changed_is_not_played_on():
    case = next(one for one in CASES if one.id == "the-tailor")
    (row,) = catalogue([case], [entry("the-tailor", version=case.version + 1)])
    assert (row.state, row.open_run, row.runs[0].playable) == ("new", None, False)


def test_the_state_tells_the_last_of_each():
    runs = [
        entry("the-tailor", 1, over=True, overall=50.0, at=1), entry("the-tailor", 2, over=True, overall=71.6, at=2),
        entry("the-tailor", 3, over=True, at=3), entry("the-tailor", 4, at=4, playable=False),
    ]  # fmt: skip
    row = next(row for row in catalogue(CASES, runs) if row.case == "the-tailor")
    assert (row.state, row.state_text) == ("done", "Done, 72 of 100")
    assert (row.open_run, row.done_run.seed, row.last_score.overall) == (None, 3, 71.6)


def test_nothing_is_said_of_a_run_of_an_open_self_assessment():
    silent = entry("the-tailor", 4711, over=True, overall=12.0, at=3)
    others = [entry("the-tailor", 1, over=True, overall=71.6, at=1)]
    row = next(one for one in catalogue(CASES, [silent], frozenset({silent.name})) if one.case == "the-tailor")
    assert (row.state, row.state_text, row.done_run, row.last_score) == ("done", "Done", None, None)
    row = next(one for one in catalogue(CASES, [silent, *others], frozenset({silent.name})) if one.case == "the-tailor")
    assert (row.done_run.seed, row.last_score.overall) == (1, 71.6)
    assert "12" not in run_text(silent, silent=True) and "12 of 100" in run_text(silent)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Filter(text="LISBON"), {"two-tickets"}),
        (Filter(text="ward  haematology"), {"the-side-room"}),
        (Filter(text="no such words"), set()),
        (Filter(setting="ward"), {"the-side-room", "the-pill-box"}),
        (Filter(setting="ward", difficulty="advanced"), {"the-side-room"}),
        (Filter(state="in play"), {"the-tailor"}),
        (Filter(text="in play"), {"the-tailor"}),
        (Filter(), set(case_names())),
    ],
)
def test_the_filter(wanted, names):
    rows = catalogue(CASES, [entry("the-tailor", at=9)])
    assert {row.case for row in chosen(rows, wanted)} == names


def test_the_opening_is_told_in_general_words():
    for row in catalogue(CASES, ()):
        assert row.opening.startswith("A patient ")
        assert not set("{}") & set(row.opening)
    assert general(" ".join(f"{{{word}}}" for word in WORDS)), "every word that a case may use is known"


def test_the_end_is_told_without_the_words_of_the_case():
    rows = {row.case: row for row in catalogue(CASES, ())}
    assert all(case.ends not in rows[case.id].end_text for case in CASES)
    assert rows["wandering-shadows"].end_text == "It ends when you close it, when the patient dies, or after 12 months."
    assert rows["the-side-room"].end_text == "It ends when you close it, when the patient dies, or after 12 weeks."
