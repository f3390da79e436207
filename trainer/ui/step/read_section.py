"""The read of today's CT: zones, trend, findings, and what was marked in the pictures."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trainer.encounter.report import report_of
from trainer.knowledge.statement import TRENDS, Mark, Read, Trend, Zone
from trainer.ui.desk import Desk
from trainer.ui.step.draft import Draft
from trainer.ui.step.lungs import Lungs
from trainer.ui.step.section import SectionView, button, column, label, scrolled
from trainer.ui.step.sign import groups
from trainer.ui.step.standing import Standing
from trainer.ui.theme import icon

_ROLE = Qt.ItemDataRole.UserRole
_ROW = 26
_TREND_WORDS: dict[Trend, str] = {"better": "Better", "same": "Unchanged", "worse": "Worse"}


class ReadSection(SectionView):
    """What is seen; nothing here knows what is there."""

    sign_asked = Signal()
    day_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__("read", "Read of the CT")
        self._shown: tuple[object, ...] = ()
        self._busy = False
        self._wear()
        self.told = label(name="read_told", dim=True)
        self.report = label(name="read_report")
        self.report.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.lungs = Lungs()
        self.lungs.rated.connect(self._rate)
        self.normal = button("Nothing abnormal", "read_normal")
        self.normal.setCheckable(True)
        self.normal.clicked.connect(self._say_normal)
        self.search = QLineEdit()
        self.search.setObjectName("sign_filter")
        self.search.setAccessibleName("Find a finding")
        self.search.setPlaceholderText("Type a finding, Return marks it")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._mark_first)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("signs")
        self.list.setAccessibleName("Findings that are seen: Space marks one")
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._toggled)
        self.list.itemClicked.connect(self._clicked)
        self.list.currentItemChanged.connect(self._follow)
        self.marked = label(name="read_marks", dim=True)
        self.sign = button(
            "Sign the read", "sign_read", main=True, tip="Then the written report is yours. Ctrl+Shift+R"
        )
        self.sign.clicked.connect(self.sign_asked)
        self.inner = QWidget()
        body = column(self.inner)
        body.addWidget(self.told)
        body.addWidget(self.report)
        self.form = QWidget()
        form = column(self.form, 0)
        form.addLayout(self._figure())
        form.addWidget(label("Findings", heading=True))
        form.addWidget(self.search)
        form.addWidget(self.list)
        form.addWidget(label("Set in the pictures", heading=True))
        form.addWidget(self.marked)
        form.addLayout(self._days())
        body.addWidget(self.form)
        body.addStretch(1)
        self.area = scrolled(self.inner, "read_area")
        whole = column(self, 0)
        whole.addWidget(self.area, 1)
        whole.addWidget(self.sign)

    def _figure(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.lungs, 0, Qt.AlignmentFlag.AlignTop)
        side = QVBoxLayout()
        side.setSpacing(4)
        side.addWidget(label("Zones: how sure that disease is there, 0 not at all to 4 certain.", dim=True))
        self.beside = label(name="trend_title", heading=True)
        side.addWidget(self.beside)
        self.trends: dict[Trend, QPushButton] = {}
        group = QButtonGroup(self)
        for trend in TRENDS:
            made = button(_TREND_WORDS[trend], f"trend_{trend}")
            made.setAccessibleName(f"Beside the scan before: {_TREND_WORDS[trend].lower()}")
            made.setCheckable(True)
            group.addButton(made)
            side.addWidget(made)
            self.trends[trend] = made
        group.buttonClicked.connect(self._say_trend)
        side.addWidget(self.normal)
        side.addStretch(1)
        row.addLayout(side, 1)
        return row

    def _days(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.show_prior, self.show_now = button("", "show_prior"), button("", "show_now")
        self.show_prior.clicked.connect(self._ask_prior)
        self.show_now.clicked.connect(self._ask_now)
        row.addWidget(self.show_prior)
        row.addWidget(self.show_now)
        return row

    def _ask_prior(self) -> None:
        if self.standing is not None and self.standing.prior is not None:
            self.day_asked.emit(self.standing.prior)

    def _ask_now(self) -> None:
        if self.standing is not None:
            self.day_asked.emit(self.standing.day)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let Down go from the line into the list."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            found = self._matching()
            if event.key() == Qt.Key.Key_Down and found:
                self.list.setFocus()
                self.list.setCurrentItem(found[0])
                return True
        return super().eventFilter(watched, event)

    def _matching(self) -> list[QListWidgetItem]:
        rows = [self.list.item(row) for row in range(self.list.count())]
        return [item for item in rows if item.data(_ROLE) and not item.isHidden()]

    def _mark_first(self) -> None:
        """See, or no longer see, the finding that was typed."""
        if self.search.text().strip() and self._matching():
            self._clicked(self._matching()[0])
            self.search.clear()

    def start(self) -> QWidget:
        """Return the lungs, or what can be read where nothing is asked."""
        return self.lungs if self.lungs.isVisibleTo(self) else self.area

    def refresh(self, desk: Desk, standing: Standing, draft: Draft, /) -> None:
        """Show the draft, or the read that is signed with its report."""
        signed = standing.read
        locked = signed is not None or not standing.scan or standing.over
        compared = standing.prior is not None
        names = {key: finding.name for key, finding in desk.session.engine.library.findings.items()}
        shown = (compared, standing.day)
        self._busy = True
        if shown != self._shown:
            self._fill(compared, desk)
            self._shown = shown
        signs = signed.signs if signed else draft.signs
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(_ROLE):
                seen = item.data(_ROLE) in signs
                item.setCheckState(Qt.CheckState.Checked if seen else Qt.CheckState.Unchecked)
                item.setIcon(self._icons[seen])
        self._busy = False
        self.form.setVisible(standing.scan)
        self.lungs.show_ratings(signed.zones if signed else draft.zones, locked)
        self._show_trend(standing, signed.trend if signed else draft.trend, locked)
        self.normal.setChecked(draft.normal if signed is None else _nothing(signed))
        self.normal.setEnabled(not locked)
        for made, day in ((self.show_prior, standing.prior), (self.show_now, standing.day)):
            made.setVisible(day is not None)
            made.setText(f"Show day {day}")
            made.setAccessibleName(f"Show the CT of day {day} in the pictures")
        self.told.setText(_told(standing))
        self.report.setVisible(signed is not None)
        self.report.setText(report_of(desk.session) if signed is not None else "")
        self.marked.setText(marks_text(signed.marks if signed else draft.marks, names))
        self.sign.setVisible(standing.scan and signed is None)
        self.sign.setEnabled(not locked)

    def _show_trend(self, standing: Standing, trend: Trend | None, locked: bool) -> None:
        self.beside.setText(f"Beside day {standing.prior}" if standing.prior is not None else "No scan before")
        for name, made in self.trends.items():
            made.setVisible(standing.prior is not None)
            made.setEnabled(not locked)
            group = made.group()
            group.setExclusive(trend is not None)
            made.setChecked(name == trend)

    def _fill(self, compared: bool, desk: Desk) -> None:
        library = desk.session.engine.library
        self.list.clear()
        for title, signs in groups(compared):
            head = QListWidgetItem(title)
            head.setFlags(Qt.ItemFlag.NoItemFlags)
            font = head.font()
            font.setBold(True)
            head.setFont(font)
            self.list.addItem(head)
            for sign in signs:
                item = QListWidgetItem(library.findings[sign].name)
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
                )
                item.setData(_ROLE, sign)
                item.setCheckState(Qt.CheckState.Unchecked)
                item.setToolTip(library.findings[sign].definition)
                self.list.addItem(item)
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        wanted, shown = text.strip().lower(), 0
        head: QListWidgetItem | None = None
        for row in range(self.list.count()):
            item = self.list.item(row)
            if not item.data(_ROLE):
                head = item
                head.setHidden(True)
                continue
            fits = wanted in item.text().lower() or wanted in str(item.data(_ROLE)).replace("-", " ")
            item.setHidden(not fits)
            if fits and head is not None and head.isHidden():
                head.setHidden(False)
                shown += 1
            shown += fits
        self.list.setFixedHeight(_ROW * max(shown, 1) + 6)

    def _follow(self, item: QListWidgetItem | None) -> None:
        if item is not None and self.list.hasFocus():
            place = self.list.visualItemRect(item).center()
            at = self.list.viewport().mapTo(self.inner, place)
            self.area.ensureVisible(at.x(), at.y(), 0, 2 * _ROW)

    def _clicked(self, item: QListWidgetItem) -> None:
        if item.data(_ROLE):
            seen = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if seen else Qt.CheckState.Checked)

    def _wear(self) -> None:
        self._icons = {True: icon("check-square"), False: icon("square")}

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Take the icons of the theme when it changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._wear()

    def _toggled(self, item: QListWidgetItem) -> None:
        if self._busy or not item.data(_ROLE) or self.standing is None:
            return
        if self.standing.read is not None or not self.standing.scan:
            self.show_state(self.desk, self.standing, self.draft)  # type: ignore[arg-type]
            return
        self.edited.emit(self.draft.toggled(str(item.data(_ROLE))))

    def _rate(self, zone: Zone, rating: int) -> None:
        self.edited.emit(self.draft.rated(zone, rating))

    def _say_normal(self, normal: bool) -> None:
        if normal:
            self.edited.emit(replace(self.draft, normal=True, signs=(), zones={}))
        else:
            self.edited.emit(replace(self.draft, normal=False))

    def _say_trend(self, which: QPushButton) -> None:
        trend = next(name for name, made in self.trends.items() if made is which)
        self.edited.emit(replace(self.draft, trend=trend))


def _nothing(read: Read) -> bool:
    return not read.signs and not any(read.zones.values())


def _told(standing: Standing) -> str:
    if standing.read is not None:
        return "Signed; this read is locked. The written report:"
    if not standing.scan:
        return "There is no CT of today. Order one if you need it; here it is read."
    return "Say what you see, then sign. What you do not name counts as not seen."


def marks_text(marks: tuple[Mark, ...], names: dict[str, str]) -> str:
    """Return what was marked in the pictures, a line each.

    Changes of single opacities are left to the pictures: only those at a real opacity are in a read, so that to list
    or to count them would tell where one is.
    """
    ratings = {1: "unsure", 2: "possible", 3: "probable", 4: "certain"}
    lines = [
        f"Mark {number}: {names.get(mark.sign, mark.sign) if mark.sign else 'no sign named'}, {ratings[mark.rating]}"
        for number, mark in enumerate(marks, 1)
    ]
    return "\n".join(lines) or "No marks."
