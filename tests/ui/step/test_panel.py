"""The panel, driven as a person would, at its smallest."""

import time

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from trainer.encounter.event import Advance
from trainer.knowledge.library import library
from trainer.knowledge.statement import Mark
from trainer.ui.debrief.feedback import FeedbackView
from trainer.ui.step.need import SECTIONS
from trainer.ui.theme import COLOURS, apply


def test_the_panel_leads_through_the_first_step(bench):
    panel, qtbot = bench.panel, bench.qtbot
    assert "Order what you need" in bench.next
    panel.choose("orders")
    for words in ("CRP", "HRCT", "drug history"):
        bench.type(panel.sections["orders"].search.line, words)
    assert len(panel.draft.orders) == 3 and "3 orders are not sent" in bench.next
    panel.send_orders()
    assert [o.request.test for o in bench.desk.session.now.tests] == ["crp", "thin-section-ct", "history-drugs"]
    assert panel.draft.orders == () and "Read the CT" in bench.next
    panel.choose("read")
    qtbot.keyClick(panel.sections["read"].lungs, Qt.Key.Key_Down)
    qtbot.keyClick(panel.sections["read"].lungs, "4")
    assert panel.draft.zones == {"right-middle": 4}
    panel.sign_read()
    assert bench.desk.session.run.events[-1].read.zones == {"right-middle": 4}
    assert "SIMULATED" in panel.sections["read"].report.text()
    panel.choose("differential")
    section = panel.sections["differential"]
    bench.type(section.search.line, "COP")
    bench.type(section.row("cop").box, "12")
    assert "8 of 20 tokens left" in bench.next
    bench.type(section.search.line, "lobar pneumonia")
    bench.type(section.row("bacterial").box, "8")
    panel.choose("evidence")
    qtbot.keyClick(panel.sections["evidence"].chart, Qt.Key.Key_Down)
    qtbot.keyClick(panel.sections["evidence"].chart, "+")
    panel.choose("visit")
    panel.sections["visit"].sliders["better"].setValue(10)
    assert bench.next == "Commit, then move the clock."
    panel.commit()
    kinds = [event.kind for event in bench.desk.session.run.events]
    assert kinds == ["test", "test", "test", "read", "belief", "evidence", "forecast"]
    assert bench.next == "All is said for today. Move the clock to day 7."
    panel.advance()
    assert bench.desk.session.run.events[-1].kind == "advanced"
    assert panel.draft.day == bench.desk.day > 0


def test_a_commit_says_what_is_missing_and_the_second_press_goes_on(bench):
    panel = bench.panel
    section = bench.open("differential")
    bench.type(section.search.line, "COP")
    bench.type(section.row("cop").box, "15")
    panel.commit()
    assert bench.kinds == [] and "5 tokens" in panel.message.text()
    assert panel.commit_button.text() == "Commit all the same"
    panel.commit()
    assert bench.kinds == ["belief"] and bench.desk.session.run.events[0].belief.shares["other"] == 0.25
    assert panel.tabs["differential"].sign.word == "committed"
    assert not section.row("cop").box.isEnabled()


def test_a_refusal_is_said_and_nothing_is_lost(bench):
    panel = bench.panel
    bench.order("CRP")
    bench.desk.submit(panel.draft.orders[0])  # as if it had been ordered elsewhere
    bench.order("HRCT")
    queued = panel.draft.orders
    panel.submitted.disconnect(bench.submit)
    panel.send_orders()
    panel.refused("C-reactive protein was ordered today already")
    assert panel.draft.orders == queued
    assert "Refused: C-reactive protein was ordered today already." in panel.message.text()
    panel.refused("the case is over")
    assert panel.message.text().count("Refused:") == 2


def test_an_order_that_cannot_be_is_not_queued(bench):
    bench.order("CRP", "CRP")
    assert len(bench.panel.draft.orders) == 1
    assert "ordered today already" in bench.panel.message.text()


def test_a_taper_is_typed_drawn_and_tabled_in_step(bench):
    qtbot, section = bench.qtbot, bench.open("orders")
    bench.type(section.search.line, "prednisolone")
    dose, editor = section.dose, section.dose.editor
    assert dose.line.hasFocus() or bench.panel.stack.currentWidget() is section
    qtbot.keyClicks(dose.line, "40 mg 4 weeks, 20 mg 4 weeks")
    assert [step.dose for step in editor.steps] == [40.0, 20.0]
    assert editor.table.item(1, 3).text() == "28" and "1,680 mg" in editor.told.text()
    start = editor.curve.handle(0).toPoint()
    end = editor.curve.place(42, 30).toPoint()
    qtbot.mousePress(editor.curve, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(editor.curve, end)
    send_move(editor.curve, end)
    qtbot.mouseRelease(editor.curve, Qt.MouseButton.LeftButton, pos=end)
    assert (editor.steps[0].dose, editor.steps[0].days) == (30.0, 42)
    assert dose.line.text() == "30 mg 6 weeks, 20 mg 4 weeks" and editor.table.item(0, 1).text() == "30"
    editor.table.item(1, 1).setText("15")
    assert dose.line.text() == "30 mg 6 weeks, 15 mg 4 weeks"
    qtbot.keyClick(editor.curve, Qt.Key.Key_Down)
    assert editor.steps[1].dose == 12.5
    qtbot.keyClick(editor.curve, Qt.Key.Key_Left)
    qtbot.keyClick(editor.curve, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert editor.steps[0].days == 49
    editor.table.item(0, 1).setText("4000")
    assert "out of range" in dose.fault.text() or "highest" in dose.fault.text() or "is no dose" in dose.fault.text()
    assert editor.steps[0].dose == 30.0
    qtbot.mouseClick(dose.queue, Qt.MouseButton.LeftButton)
    (order,) = bench.panel.draft.orders
    assert order.course.steps == editor.steps and "prednisolone" in order.typed
    bench.panel.send_orders()
    assert [one.give for one in bench.panel._standing.running] == ["prednisolone"]
    section._stop("prednisolone")
    bench.panel.send_orders()
    assert bench.panel._standing.running == ()


def send_move(widget, at):
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(widget.mapToGlobal(at)), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_a_finding_is_dropped_on_a_side(bench):
    bench.type(bench.open("differential").search.line, "COP")
    section = bench.open("evidence")
    data = section.chart.mimeData([section.chart.item(0)])
    finding = section.chart.item(0).data(Qt.ItemDataRole.UserRole)
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    section.opposes.dropEvent(drop)
    assert bench.panel.draft.citation("cop").opposes == (finding,)
    section.opposes.setCurrentRow(0)
    bench.qtbot.keyClick(section.opposes, Qt.Key.Key_Delete)
    assert bench.panel.draft.citations == ()


def test_an_order_set_is_queued_whole_and_what_cannot_be_is_said(bench):
    bench.order("CRP")
    bench.panel.send_orders()
    section = bench.open("orders")
    section.sets.setCurrentIndex(section.sets.findData("organizing-work-up"))
    section.add_set.click()
    tests = library().order_sets["organizing-work-up"].tests
    assert len(bench.panel.draft.orders) == len(tests) - 1
    assert "C-reactive protein was ordered today already" in bench.panel.message.text()
    QApplication.processEvents()
    rows = section.findChildren(QLabel)
    assert sum(row.text().startswith("not yet running") for row in rows if row.isVisibleTo(section)) == len(tests) - 1


def test_waiting_and_moving_are_orders(bench):
    section = bench.open("orders")
    section.wait.back.setValue(14)
    bench.qtbot.keyClicks(section.wait.why, "fever")
    section.wait.wait.click()
    section.wait.place.setCurrentIndex(section.wait.place.findData("ward"))
    section.wait.move_there.click()
    bench.panel.send_orders()
    assert bench.kinds == ["observe", "move"] and bench.desk.session.now.place == "ward"


def test_the_last_differential_is_offered_as_the_start(bench):
    section = bench.open("differential")
    bench.type(section.search.line, "COP")
    bench.type(section.row("cop").box, "20")
    for _ in range(2):
        bench.panel.commit()
    for _ in range(2):
        bench.panel.advance()
    assert bench.desk.day > 0
    bench.open("differential")
    assert section.again.isVisible()
    section.again.click()
    assert bench.panel.draft.differential.shares() == {"cop": 1.0}


def test_the_way_back_is_a_branch_and_there_is_none_in_an_examination(bench, exam):
    for one in (bench, exam):
        for _ in range(2):
            one.panel.advance()
        assert one.desk.day > 0
        one.open("visit")
    assert not exam.panel.sections["visit"].back.isVisible()
    exam.panel.go_back()
    assert exam.kinds == ["advanced"]
    bench.panel.sections["visit"].back.click()
    assert bench.desk.day == 0 and bench.kinds[-1] == "rollback"


def test_the_clock_moves_on_over_what_is_drafted_only_when_told_twice(bench):
    bench.order("CRP")
    bench.panel.advance()
    assert bench.kinds == [] and "1 order" in bench.panel.message.text()
    assert bench.panel.advance_button.text() == "Move on all the same"
    bench.panel.advance()
    assert bench.kinds == ["advanced"]


def test_a_double_click_asks_and_does_not_answer(bench):
    panel = bench.panel

    def double(button):
        at = QPointF(button.rect().center())
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        for kind in ("MouseButtonPress", "MouseButtonRelease", "MouseButtonDblClick", "MouseButtonRelease"):
            held = Qt.MouseButton.NoButton if kind == "MouseButtonRelease" else left
            event = QMouseEvent(QEvent.Type[kind], at, button.mapToGlobal(at), left, held, none)
            QApplication.sendEvent(button, event)

    bench.order("CRP")
    double(panel.commit_button)
    assert bench.kinds == [] and panel.commit_button.text() == "Commit all the same"
    double(panel.advance_button)
    assert bench.kinds == [] and panel.advance_button.text() == "Move on all the same"
    double(panel.advance_button)
    assert bench.kinds == ["advanced"], "said twice, it is meant"


def test_the_keys_choose_sections_and_commit(bench):
    panel, control = bench.panel, Qt.KeyboardModifier.ControlModifier
    panel.activateWindow()
    bench.qtbot.waitUntil(panel.isActiveWindow)
    panel.tabs["chart"].setFocus()
    for number, section in enumerate(SECTIONS, 1):
        bench.qtbot.keyClick(panel, getattr(Qt.Key, f"Key_{number}"), control)
        assert panel.section == section
    bench.qtbot.keyClick(panel, Qt.Key.Key_Return, control)
    assert "Still missing" in panel.message.text()


def test_feedback_is_shown_until_it_is_closed(bench):
    feedback = QLabel("2 of 3")
    bench.panel.set_feedback(feedback)
    assert feedback.isVisible() and not bench.panel.stack.isVisible()
    bench.panel.findChild(QPushButton, "feedback_close").click()
    assert not feedback.isVisible() and bench.panel.stack.isVisible()


def test_feedback_takes_nobodys_keys_to_the_commit(qtbot, bench):
    line = bench.open("orders").search.line
    bench.panel.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    feedback = FeedbackView()
    bench.panel.set_feedback(feedback)
    qtbot.keyClicks(QApplication.focusWidget(), "drug his tory ")
    assert bench.kinds == [] and feedback.isAncestorOf(QApplication.focusWidget())
    assert not bench.panel.message.isVisible()
    bench.panel.set_feedback(None)
    assert line.hasFocus()


def test_what_is_drafted_is_not_lost_unsaid(bench):
    panel = bench.panel
    assert panel.may_leave()
    bench.order("CRP")
    assert not panel.may_leave() and "1 order" in panel.message.text()
    assert panel.may_leave(), "said once"
    bench.order("HRCT")
    assert not panel.may_leave(), "there is more to lose"
    panel.send_orders()
    assert panel.may_leave()


def test_marks_of_the_room_are_listed_and_signed(bench):
    bench.order("HRCT")
    bench.panel.send_orders()
    bench.panel.set_marks([Mark(x_mm=1.0, y_mm=2.0, z_mm=3.0, rating=4, sign="cavity")], {"3": "smaller"})
    section = bench.open("read")
    assert section.marked.text() == "Mark 1: cavity, certain"  # a change would tell that an opacity was hit
    bench.panel.sign_read()
    (read,) = [event.read for event in bench.desk.session.run.events if event.kind == "read"]
    assert read.marks[0].rating == 4 and read.changes == {"3": "smaller"}


def test_both_themes_are_worn_while_it_runs(qapp, bench):
    panel = bench.panel
    seen = []
    for theme in ("light", "dark"):
        apply(qapp, theme)
        qapp.processEvents()
        seen.append(panel.grab().toImage().pixelColor(2, 2).name())
    assert seen == [COLOURS["light"].panel, COLOURS["dark"].panel]


def test_showing_the_desk_is_cheap_and_changes_nothing(bench):
    bench.order("CRP")
    before = bench.panel.draft
    begun = time.perf_counter()
    for _ in range(20):
        bench.panel.show_desk(bench.desk)
    assert bench.panel.draft == before
    print(f"show_desk {50 * (time.perf_counter() - begun):.1f} ms")


def test_marks_that_come_again_leave_a_message_and_a_second_press_alone(bench):
    panel = bench.panel
    panel.commit()
    panel.set_marks((), {})
    assert "Still missing" in panel.message.text() and panel.commit_button.text() == "Commit all the same"


def test_another_encounter_begins_with_an_empty_draft(bench, exam):
    bench.order("CRP")
    assert bench.panel.draft.orders
    bench.panel.show_desk(exam.desk)
    assert bench.panel.draft.orders == () and bench.panel.section == "chart"


def test_a_finding_is_typed_and_marked_and_a_day_is_asked_for(bench):
    bench.order("HRCT")
    bench.panel.send_orders()
    section = bench.open("read")
    bench.type(section.search, "ground")
    assert bench.panel.draft.signs == ("ground-glass-opacity",) and section.search.text() == ""
    bench.qtbot.keyClicks(section.search, "rev")
    bench.qtbot.keyClick(section.search, Qt.Key.Key_Down)
    bench.qtbot.keyClick(section.list, Qt.Key.Key_Space)
    assert bench.panel.draft.signs == ("ground-glass-opacity", "reversed-halo")
    with bench.qtbot.waitSignal(bench.panel.day_asked) as asked:
        section.show_now.click()
    assert asked.args == [0]
    assert not section.show_prior.isVisible()


def test_a_click_on_a_zone_rates_it_and_a_right_click_takes_it_back(bench):
    bench.order("HRCT")
    bench.panel.send_orders()
    lungs = bench.open("read").lungs
    at = lungs.rectangle("left-lower").center().toPoint()
    for _ in range(3):
        bench.qtbot.mouseClick(lungs, Qt.MouseButton.LeftButton, pos=at)
    bench.qtbot.mouseClick(lungs, Qt.MouseButton.RightButton, pos=at)
    assert bench.panel.draft.zones == {"left-lower": 2}
    assert "left lower: 2" in lungs.accessibleDescription()


def test_the_last_day_ends_the_case(bench):
    panel, last = bench.panel, bench.desk.session.case.last_day
    while bench.desk.day < last and not bench.desk.over:
        panel._submit([Advance(to_day=last, stops="urgent")])
    if not bench.desk.over:
        assert panel.advance_button.text() == "End the case"
        panel.advance()
        panel.advance()
    assert bench.desk.over and "debrief" in bench.next
    assert not panel.commit_button.isEnabled() and not panel.advance_button.isEnabled()


def test_nothing_tells_whether_a_change_was_stated_at_an_opacity(exam):
    exam.order("HRCT")
    exam.panel.send_orders()
    exam.panel.advance()
    exam.panel.advance()
    exam.order("HRCT")
    exam.panel.send_orders()
    exam.open("read")

    def seen():
        labels = [one.text() for one in exam.panel.findChildren(QLabel)]
        signs = [tab.sign for tab in exam.panel.tabs.values()]
        return labels, signs, exam.panel.commit_button.accessibleName()

    missed = seen()
    exam.panel.set_marks((), {"3": "larger"})
    assert exam.panel.draft.changes == {"3": "larger"}
    assert seen() == missed
