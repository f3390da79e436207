"""Two hands that play a case in the real window: one with the mouse, one with the keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget, QScrollArea, QSpinBox, QWidget

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PATIENCE_MS = 120_000
SECTIONS = ("chart", "read", "differential", "evidence", "orders", "visit")


class Hand:
    """What both hands can do: look."""

    def __init__(self, qtbot, window):
        self.bot, self.window = qtbot, window

    @property
    def page(self):
        return self.window.encounter

    @property
    def desk(self):
        return self.page.desk

    def find(self, name, kind=QWidget):
        QApplication.processEvents()  # what was just made is shown by an event
        found = [w for w in self.window.findChildren(kind, name) if w.isVisible()]
        assert len(found) == 1, f"{len(found)} widgets called {name}"
        return found[0]

    def until(self, what):
        self.bot.waitUntil(lambda: bool(what()), timeout=PATIENCE_MS)

    def said(self):
        return self.page.panel.message.text()


class Mouse(Hand):
    """Points, clicks, and types where it has clicked."""

    def click(self, name, kind=QWidget):
        self.click_on(self.find(name, kind))

    def click_on(self, widget, at=None):
        self.reveal(widget)
        assert widget.isEnabled(), widget.objectName()
        QTest.mouseClick(widget, LEFT, pos=at if at is not None else widget.rect().center())

    def reveal(self, widget):
        area = widget.parentWidget()
        while area is not None:
            if isinstance(area, QScrollArea):
                area.ensureWidgetVisible(widget)
            area = area.parentWidget()
        QApplication.processEvents()

    def start(self, case, chest=None):
        rows = self.window.library.list
        index = next(
            rows.model().index(row, 0) for row in range(rows.model().rowCount()) if rows.cases.rows[row].case == case
        )
        rows.scrollTo(index)
        QTest.mouseClick(rows.viewport(), LEFT, pos=rows.visualRect(index).center())
        self.until(lambda: self.find("start_case").isEnabled())
        if chest is not None:
            box = self.find("chest", QComboBox)
            box.setFocus()
            for _ in range(box.count()):
                if not box.currentText().startswith(chest):
                    QTest.keyClick(box, KEY.Key_Down)
            assert box.currentText().startswith(chest)
        self.click("start_case")

    def section(self, name):
        self.click_on(self.page.panel.tabs[name])

    def take_first(self, line, text):
        self.click(line, QLineEdit)
        QTest.keyClicks(QApplication.focusWidget(), text)
        matches = self.find(f"{line}_matches", QListWidget)
        self.click_on(matches.viewport(), matches.visualItemRect(matches.item(0)).center())

    def order(self, text):
        self.take_first("order_find", text)

    def give(self, text, dose):
        self.order(text)
        self.click("dose_text", QLineEdit)
        line = QApplication.focusWidget()
        line.selectAll()
        QTest.keyClicks(line, dose)
        self.click("dose_queue")

    def send(self):
        self.click("send_orders")

    def rate(self, zone, rating):
        lungs = self.find("zones")
        for _ in range(rating):
            self.click_on(lungs, lungs.rectangle(zone).center().toPoint())

    def see(self, sign):
        signs = self.find("signs", QListWidget)
        item = next(i for i in map(signs.item, range(signs.count())) if i.data(Qt.ItemDataRole.UserRole) == sign)
        self.page.panel.sections["read"].area.ensureVisible(0, signs.y() + signs.visualItemRect(item).bottom(), 0, 40)
        QApplication.processEvents()
        at = signs.visualItemRect(item)
        QTest.mouseClick(signs.viewport(), LEFT, pos=QPoint(at.left() + 10, at.center().y()))

    def trend(self, name):
        self.click(f"trend_{name}")

    def sign(self):
        self.click("sign_read")

    def believe(self, shares):
        for disease, (typed, tokens) in shares.items():
            self.take_first("disease_find", typed)
            for _ in range(tokens):
                self.click(f"more_{disease}")

    def cite(self, words, side):
        chart = self.find("evidence_chart", QListWidget)
        item = next(i for i in map(chart.item, range(chart.count())) if words in i.text().lower())
        chart.scrollToItem(item)
        self.click_on(chart.viewport(), chart.visualItemRect(item).center())
        self.click(f"cite_{side}")

    def expect(self, trend):
        slider = self.find(f"forecast_{trend}")
        self.click_on(slider, QPoint(slider.width() - 8, slider.height() // 2))
        for _ in range(4):
            QTest.mouseClick(slider, LEFT, pos=QPoint(slider.width() - 8, slider.height() // 2))

    def commit(self):
        self.click("commit")

    def advance(self):
        self.click("advance")

    def debrief(self):
        self.click("to_debrief")

    def go(self, name):
        """Press a button by its name."""
        self.click(name)


class Keys(Hand):
    """Never touches the mouse: shortcuts, Tab, arrows, letters."""

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier, times=1):
        for _ in range(times):
            QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
            QApplication.processEvents()

    def type(self, text):
        QTest.keyClicks(QApplication.focusWidget(), text)

    def tab_to(self, name):
        """Walk with Tab until a widget has the focus."""
        for _ in range(120):
            here = QApplication.focusWidget()
            if here is not None and here.objectName() == name:
                return
            self.press(KEY.Key_Tab)
        raise AssertionError(f"Tab never came to {name}")

    def start(self, case, chest=None):
        assert chest is None, "chosen with the mouse"
        rows = self.window.library.list
        self.press(KEY.Key_Home)
        for _ in range(rows.model().rowCount()):
            if self.window.library.row.case == case:
                break
            self.press(KEY.Key_Down)
        self.until(lambda: self.find("start_case").isEnabled())
        self.press(KEY.Key_Return)

    def section(self, name):
        self.press(KEY.Key_1 + SECTIONS.index(name), CTRL)

    def order(self, text):
        self.tab_to("order_find")
        self.type(text)
        self.press(KEY.Key_Return)

    def give(self, text, dose):
        self.order(text)
        line = self.find("dose_text", QLineEdit)
        self.tab_to("dose_text")
        line.selectAll()
        self.type(dose)
        self.press(KEY.Key_Return)

    def send(self):
        self.press(KEY.Key_Return, CTRL | SHIFT)

    def rate(self, zone, rating):
        self.tab_to("zones")
        lungs = self.find("zones")
        self.press(KEY.Key_Up, times=2)
        self.press(KEY.Key_Left)
        side, level = zone.split("-")
        if side == "left":
            self.press(KEY.Key_Right)
        self.press(KEY.Key_Down, times=("upper", "middle", "lower").index(level))
        assert lungs.zone == zone
        self.press(KEY.Key_0 + rating)

    def see(self, sign):
        self.tab_to("signs")
        signs = self.find("signs", QListWidget)
        self.press(KEY.Key_Home)
        for _ in range(signs.count()):
            item = signs.currentItem()
            if item is not None and item.data(Qt.ItemDataRole.UserRole) == sign:
                break
            self.press(KEY.Key_Down)
        self.press(KEY.Key_Space)

    def trend(self, name):
        self.tab_to(f"trend_{name}")
        self.press(KEY.Key_Space)

    def sign(self):
        self.press(KEY.Key_R, CTRL | SHIFT)

    def believe(self, shares):
        for disease, (typed, tokens) in shares.items():
            self.tab_to("disease_find")
            self.type(typed)
            self.press(KEY.Key_Return)
            assert isinstance(QApplication.focusWidget(), QSpinBox), disease
            for _ in range(tokens):
                self.type("+")

    def cite(self, words, side):
        self.tab_to("evidence_chart")
        chart = self.find("evidence_chart", QListWidget)
        self.press(KEY.Key_Home)
        for _ in range(chart.count()):
            if chart.currentItem() is not None and words in chart.currentItem().text().lower():
                break
            self.press(KEY.Key_Down)
        self.type("+" if side == "for" else "-")

    def expect(self, trend):
        self.tab_to(f"forecast_{trend}")
        self.press(KEY.Key_End)

    def commit(self):
        self.press(KEY.Key_Return, CTRL)

    def advance(self):
        self.press(KEY.Key_N, CTRL | SHIFT)

    def debrief(self):
        self.go("to_debrief")

    def go(self, name):
        """Press a button by its name."""
        self.tab_to(name)
        self.press(KEY.Key_Space)
