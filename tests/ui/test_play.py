"""The classic case from the library to the debrief, in the real window, by mouse and by keyboard alone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.ui.classic import CASE, play
from tests.ui.hand import Keys, Mouse
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import read_case
from trainer.records import review
from trainer.records.result import finished_runs


@pytest.mark.parametrize("make", [Mouse, pytest.param(Keys, marks=pytest.mark.long)])
def test_the_classic_case_from_the_library_to_the_debrief(qtbot, window, tmp_path, engine, make):
    hand = make(qtbot, window)
    played = play(hand)

    name = f"{CASE}-{played.header.seed}-1"
    kept = window.study.shelf.load(name)
    assert kept.events == played.events
    kinds = [event.kind for event in kept.events]
    for kind, least in {"read": 5, "belief": 5, "evidence": 5, "forecast": 4, "looked": 5, "course": 2}.items():
        assert kinds.count(kind) >= least, kind
    again = Session(engine, read_case(CASE, engine.library), kept)
    assert sealed(again).state == kept.state
    shown = window.debrief.debrief.sheet
    assert set(shown.dials) >= {"perception", "diagnosis", "calibration", "management", "safety"}
    entry = next(entry for entry in window.study.shelf.entries() if entry.name == name)
    assert entry.over
    assert entry.score.overall == pytest.approx(shown.overall, abs=0.5)

    assert window.debrief.report._cover.learner == "tester" and window.debrief.report._cover.next_cards

    # what lasts: the result, the cards, and a day later what is due
    runs = finished_runs(window.study.shelf.records, window.study.shelf.learner_id)
    assert [(run.name, run.result is not None) for run in runs] == [(name, True)]
    tomorrow = datetime.now(UTC) + timedelta(days=60)
    cards = review.due(window.study.shelf.records, window.study.learner, tomorrow, most=50)
    assert 4 <= len(cards) <= 8
    assert {card.case for card in cards} == {CASE}
    hand.go("back_to_library")
    hand.until(window.library.isVisible)
    hand.go("open_results")
    hand.until(lambda: window.study.results is not None and window.study.results.isVisible())
    assert [run.name for run in window.study.results.counted] == [name]
