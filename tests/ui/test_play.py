"""The classic case from the library to the debrief, in the real window, by mouse and by keyboard alone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.ui.hand import Keys, Mouse
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import read_case
from trainer.records import review
from trainer.records.result import finished_runs

CASE = "wandering-shadows"
BELIEF = {"cop": ("cop", 14), "eosinophilic": ("chronic eosinophilic", 4)}


def read_today(hand, compared):
    """Read the CT of today as far as one who looks at the pictures would."""
    hand.until(lambda: hand.page.room.stage.canvas.frame is not None)
    hand.section("read")
    hand.rate("right-lower", 3)
    hand.rate("left-lower", 2)
    hand.see("consolidation")
    if compared:
        hand.trend("better")
    hand.sign()
    assert hand.page.panel.sections["read"].report.text().startswith("SIMULATED")


def say(hand, cited):
    """State belief, evidence and forecast, as far as the step asks for them."""
    asks = hand.desk.step.asks
    if "belief" in asks:
        hand.section("differential")
        hand.believe(BELIEF)
    if "evidence" in asks:
        hand.section("evidence")
        hand.cite(cited, "for")
    if "forecast" in asks:
        hand.section("visit")
        hand.expect("better")


def order(hand, tests, courses=()):
    hand.section("orders")
    for name in tests:
        hand.order(name)
    for name, dose in courses:
        hand.give(name, dose)
    assert len(hand.page.panel.draft.orders) == len(tests) + len(courses), hand.said()
    hand.send()


def go_on(hand):
    """Commit, move the clock, and answer what is said about what is missing by pressing again."""
    day, events = hand.desk.day, len(hand.desk.run.events)
    for _ in range(2):
        hand.commit()
        if len(hand.desk.run.events) > events:
            break
    for _ in range(2):
        if hand.desk.day == day and not hand.desk.over:
            hand.advance()
    assert hand.desk.day > day or hand.desk.over, hand.said()


FIRST = ["drug history", "thin-section CT", "C-reactive protein", "bronchoscopy", "antinuclear"]
TREATMENT = [
    ("prednisolone", "0.75 mg/kg 4 weeks, 20 mg 8 weeks, 10 mg 8 weeks, 5 mg 4 weeks"),
    ("co-trimoxazole", "24 weeks"),
]


@pytest.mark.parametrize("make", [Mouse, pytest.param(Keys, marks=pytest.mark.long)])
def test_the_classic_case_from_the_library_to_the_debrief(qtbot, window, tmp_path, engine, make):
    hand = make(qtbot, window)
    hand.start(CASE)
    hand.until(lambda: hand.page is not None and hand.desk is not None)
    order(hand, FIRST)
    read_today(hand, compared=False)
    say(hand, "cough")
    go_on(hand)
    treated = False
    for _ in range(30):
        if hand.desk.over:
            break
        fresh = hand.desk.day in [step.day for step in hand.desk.session.case.steps]
        if fresh:
            order(hand, ["thin-section CT"], [] if treated else TREATMENT)
            treated = True
            read_today(hand, compared=True)
            say(hand, "consolidation")
        go_on(hand)
    hand.until(lambda: hand.desk.over)
    played = hand.desk.run
    hand.debrief()
    hand.until(lambda: window.debrief is not None and window.debrief.debrief is not None)

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
