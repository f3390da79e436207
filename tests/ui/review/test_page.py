"""A review on the screen: with a real patient, by keyboard and mouse."""

from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QSlider, QTextBrowser
from sqlalchemy import insert, select, update

from tests.ui.checks import faults
from trainer import __version__
from trainer.reasoning.imagined import Imagined
from trainer.records import review, table
from trainer.records.schedule import AGAIN, EASY
from trainer.ui import theme
from trainer.ui.mind import Thinker
from trainer.ui.review.page import ReviewPage
from trainer.ui.work import Lanes

SLOW = 120_000


class Quick(Thinker):
    """Imagines few patients: enough to mark, too few for figures."""

    def imagined(self, call):
        if self._imagined is None:
            self._imagined = Imagined(self.engine(call), 40)
        return self._imagined


def now():
    return datetime.now().astimezone()


def put(records, learner, kind, case, step, days=30):
    identifier, made = f"{kind}-{case}-{step}", now() - timedelta(days=days)
    values = review._scheduled(None, identifier, AGAIN, learner, made)
    with records.begin() as connection:
        connection.execute(
            insert(table.card).values(
                id=identifier, learner_id=learner.id, kind=kind, case_id=case, step=step, last_seed=1, made_at=made,
                **values,
            )
        )  # fmt: skip
    return identifier


@pytest.fixture(scope="module")
def lanes(qapp):
    made = Lanes()
    yield made
    made.close()


@pytest.fixture(scope="module")
def thinker(engine):
    """Who marks; all is compiled beforehand, or the first card would have to wait for it."""
    from trainer.chest.warming import warm

    warm()
    return Quick(4, engine)


@pytest.fixture
def page(qtbot, records, lanes, thinker):
    made = ReviewPage(records, lanes, thinker, 4)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    yield made
    made.rest()


def shown(qtbot, page, kind):
    qtbot.waitUntil(lambda: page.ready is not None and page.ready.card.kind == kind, timeout=SLOW)


def button(page, name):
    return page.findChild(QPushButton, name)


def text(page, name):
    return page.findChild(QTextBrowser, name).toPlainText()


def line(page):
    return page.findChild(QLabel, "review_line").text()


def answer(qtbot, words, keys=0):
    """Type one answer after the other, each taken with Return, and move the slider."""
    for word in words:
        qtbot.keyClicks(QApplication.focusWidget(), word)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    for _ in range(keys):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)


def test_a_review_by_keyboard_and_mouse(qtbot, page, records, learner):
    first = put(records, learner, "occlusion", "the-side-room", 0, days=40)
    second = put(records, learner, "decision", "wandering-shadows", 2)
    page.open_learner(learner)
    shown(qtbot, page, "occlusion")
    assert "Name what is outlined" in text(page, "review_stem")
    assert page.ready.puzzle is not None
    disease = "angioinvasive"
    assert disease not in text(page, "review_stem").lower()
    region = page.ready.puzzle.region
    answer(qtbot, (region.name.value, region.lobe.replace("-", " ")), keys=8)
    assert page.findChild(QSlider, "review_sure").value() == 18  # 90 %
    qtbot.mouseClick(button(page, "review_send"), Qt.MouseButton.LeftButton)
    said = text(page, "review_solution")
    assert said.startswith("100 %") and region.name.value in said and "Rated easy" in said
    assert disease not in said.lower()  # other cards of the case ask for it
    assert faults(page) == []
    qtbot.waitUntil(lambda: page._supply._ahead is not None, timeout=SLOW)
    qtbot.mouseClick(button(page, "review_next"), Qt.MouseButton.LeftButton)
    assert page.ready.card.kind == "decision"  # at once: it was got ready while the answer was read
    layers = page._viewer.room.stage._composer
    assert layers._layers is None  # nothing is outlined before the answer
    stem = text(page, "review_stem")
    assert "Day 28" in stem and "Prednisolone 0.75 mg/kg" in stem and "organizing" not in stem.lower()
    assert "Wandering shadows" not in stem
    answer(qtbot, ("COP", "smaller", "wait"), keys=6)
    reply = page._form.reply()
    assert (reply.diagnosis, reply.change, reply.act, reply.confidence) == ("cop", "smaller", "observe", 0.8)
    assert faults(page) == []
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "model answer" in page.findChild(QLabel, "review_title").text(), timeout=SLOW)
    said = text(page, "review_solution")
    assert "Model answer: " in said and "The patient had: Cryptogenic organizing pneumonia" in said
    assert "Rated " in said and "The wandering shadows" in said
    assert layers._layers
    assert faults(page) == []
    with records.begin() as connection:
        kept = connection.execute(
            select(table.answer.c.card_id, table.answer.c.rating, table.answer.c.confidence)
        ).all()
    assert {row.card_id for row in kept} == {first, second}
    assert {row.card_id: row.rating for row in kept}[first] == EASY
    qtbot.mouseClick(button(page, "review_which"), Qt.MouseButton.LeftButton)
    assert page.findChild(QTextBrowser, "review_stem").isVisible() and not button(page, "review_send").isVisible()
    qtbot.mouseClick(button(page, "review_next"), Qt.MouseButton.LeftButton)
    assert line(page).startswith("Done for today: 2 cards answered.") and "The next card is due" in line(page)


def test_nothing_due_says_what_to_do(qtbot, page, learner):
    page.open_learner(learner)
    assert "Nothing is due" in line(page) and "play one to its end" in line(page)
    assert not button(page, "review_retry").isVisible() and faults(page) == []
    with qtbot.waitSignal(page.library_asked, timeout=1000):
        qtbot.mouseClick(button(page, "review_back"), Qt.MouseButton.LeftButton)


def test_cards_of_a_case_in_play_wait(page, records, learner):
    put(records, learner, "decision", "wandering-shadows", 2)
    with records.begin() as connection:
        connection.execute(
            insert(table.run).values(
                id="r", learner_id=learner.id, name="n", case_id="wandering-shadows", case_version=1, seed=3,
                engine=__version__, mode="tutor", policy="default", time_factor=1.0, format=2, day=0, over=False,
                made_at=now(), played_at=now(),
            )
        )  # fmt: skip
    page.open_learner(learner)
    assert page.ready is None and "Cards of 1 case wait" in line(page)
    assert "wandering" not in line(page).lower()
    with records.begin() as connection:
        connection.execute(update(table.run).values(over=True))


def test_a_card_put_off_comes_after_the_others(qtbot, page, records, learner):
    first = put(records, learner, "decision", "the-choir-singer", 0, days=40)
    second = put(records, learner, "decision", "wandering-shadows", 0)
    page.open_learner(learner)
    qtbot.waitUntil(lambda: page.ready is not None and page.ready.card.id == first, timeout=SLOW)
    seed = page.ready.seed
    qtbot.mouseClick(button(page, "review_later"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.ready is not None and page.ready.card.id == second, timeout=SLOW)
    qtbot.mouseClick(button(page, "review_later"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.ready is not None and page.ready.card.id == first, timeout=SLOW)
    assert page.ready.seed != seed  # who was seen is not asked about again


def test_what_is_not_understood_is_not_sent(qtbot, page, records, learner):
    put(records, learner, "decision", "wandering-shadows", 0)
    page.open_learner(learner)
    shown(qtbot, page, "decision")
    qtbot.keyClicks(page._form.diagnosis.typed.line, "xqzzw")
    qtbot.mouseClick(button(page, "review_send"), Qt.MouseButton.LeftButton)
    assert "not understood" in page.findChild(QLabel, "review_form_line").text()
    assert page._form.isEnabled()


def test_leaving_lets_go(qtbot, page, records, learner):
    put(records, learner, "decision", "wandering-shadows", 0)
    page.open_learner(learner)
    page.rest()
    qtbot.wait(300)
    assert page.ready is None


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("scale", [0.8, 1.6])
def test_it_is_readable_in_both_themes_and_sizes(qtbot, qapp, page, records, learner, scheme, scale):
    put(records, learner, "decision", "wandering-shadows", 0)
    try:
        theme.apply(qapp, scheme, scale)
        page.open_learner(learner)
        shown(qtbot, page, "decision")
        page.resize(1180, 700)
        qtbot.wait(50)
        assert faults(page) == []
    finally:
        theme.apply(qapp, "dark")


def test_what_was_typed_is_taken_when_the_line_is_left(qtbot, page, records, learner):
    put(records, learner, "decision", "wandering-shadows", 0)
    page.open_learner(learner)
    shown(qtbot, page, "decision")
    first = page._form.diagnosis
    qtbot.keyClicks(first.typed.line, "eosino")
    assert first.typed.list.isVisible() and first.value is None
    qtbot.keyClick(first.typed.line, Qt.Key.Key_Tab)
    assert first.value == "eosinophilic" and not first.typed.list.isVisible()
    first.typed.line.setFocus()
    qtbot.keyClick(first.typed.line, Qt.Key.Key_Escape)
    assert first.value is None and first.typed.line.text() == ""


def test_an_answer_is_chosen_from_the_list_by_mouse(qtbot, page, records, learner):
    put(records, learner, "decision", "wandering-shadows", 0)
    page.open_learner(learner)
    shown(qtbot, page, "decision")
    first = page._form.diagnosis
    qtbot.keyClicks(first.typed.line, "organ")
    rows = first.typed.list
    assert rows.count() >= 2 and rows.visualItemRect(rows.item(0)).height() >= 24
    second = rows.item(1).data(Qt.ItemDataRole.UserRole)
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(1)).center())
    assert first.value == second


def test_return_on_the_slider_answers(qtbot, page, records, learner):
    put(records, learner, "decision", "wandering-shadows", 0)
    page.open_learner(learner)
    shown(qtbot, page, "decision")
    page.findChild(QSlider, "review_sure").setFocus()
    qtbot.keyClick(page.findChild(QSlider, "review_sure"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "model answer" in page.findChild(QLabel, "review_title").text(), timeout=SLOW)
    assert "no answer" in text(page, "review_solution")
    with records.begin() as connection:
        assert connection.scalar(select(table.answer.c.rating)) == AGAIN
