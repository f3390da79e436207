"""What goes on between the encounters, in the real window: a set of cases from its drawing to its result."""

from types import SimpleNamespace

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox
from sqlalchemy import delete

from tests.ui.hand import Mouse
from trainer.core.error import BadInput
from trainer.knowledge.contents import cases_as_written
from trainer.records import table
from trainer.records.learner import add_learner
from trainer.records.selfassessment import sets


def last_set(window):
    return sets(window.study.shelf.records, window.study.shelf.learner_id, cases_as_written())[0]


def end_at_once(hand):
    hand.until(lambda: hand.page is not None and hand.page.isVisible() and hand.page.desk is not None)
    assert hand.desk.exam
    hand.section("visit")
    hand.click("end_case")
    if not hand.desk.over:  # what is missing is said first
        hand.click("end_case")
    hand.until(lambda: hand.desk.over)
    hand.debrief()
    hand.until(hand.window.study.assessment.isVisible)
    assert hand.page.desk is None


@pytest.mark.long
def test_a_set_is_silent_until_it_is_closed_and_then_has_a_result(qtbot, window):
    hand = Mouse(qtbot, window)
    hand.click("open_assessment")
    number = hand.find("set_size", QComboBox)
    number.setCurrentIndex(0)
    hand.click("begin_set")
    for left in (1, 0):
        hand.click("go_on")
        end_at_once(hand)
        going = last_set(window)
        assert [one.state for one in going.sittings].count("waiting") == left
        if left:
            name = going.sittings[0].run
            window.study.debrief_asked.emit(name)
            assert window.debrief is None, "nothing is said of it yet"
            assert "set" in window.statusBar().currentMessage()
    assert not going.open
    hand.click("score_set")
    hand.until(lambda: not last_set(window).unscored)
    assert all(one.overall is not None for one in last_set(window).sittings)


def test_another_learner_has_a_shelf_of_their_own(window, qtbot):
    other = add_learner(window.study.shelf.records, "somebody else")
    window.library.learner_changed.emit(other)
    assert window.study.shelf.learner_id == other.id
    assert window.study.learner.pseudonym == "somebody else"


def test_a_patient_who_was_called_for_one_learner_is_not_seated_with_another(window, qtbot):
    window._call_patient(lambda _: None, lambda _: pytest.fail("seated with somebody else"))
    window.library.learner_changed.emit(add_learner(window.study.shelf.records, "somebody else"))
    assert window._opening is None
    qtbot.wait(300)


def test_what_is_learnt_is_never_kept_with_somebody_else(window, qtbot):
    records = window.study.shelf.records
    add_learner(records, "a-bystander")
    with records.begin() as connection:  # as another workstation on the same server does
        connection.execute(delete(table.learner).where(table.learner.c.id == window.study.shelf.learner_id))
    with pytest.raises(BadInput, match="erased"):
        _ = window.study.learner
    window.show_library()
    assert "erased" in window.statusBar().currentMessage()


def test_what_would_be_lost_is_said_before_the_window_closes(window, monkeypatch):
    answers = [False, True]
    page = SimpleNamespace(desk=object(), panel=SimpleNamespace(may_leave=lambda: answers.pop(0)))
    monkeypatch.setattr(window, "encounter", page)
    window._leave()
    assert window.isVisible()
    closing = QCloseEvent()
    monkeypatch.setattr(QCloseEvent, "spontaneous", lambda _: True, raising=False)
    answers.insert(0, False)
    window.closeEvent(closing)
    assert not closing.isAccepted() and window.isVisible()
    monkeypatch.setattr(window, "encounter", None)
    window._leave()
    assert not window.isVisible()
