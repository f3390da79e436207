"""Findings of the chart, dropped or keyed for and against a disease."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from trainer.ui.desk import Desk
from trainer.ui.step.citable import Citable, citable
from trainer.ui.step.differential import Differential
from trainer.ui.step.draft import Draft
from trainer.ui.step.finder import DiseaseFinder
from trainer.ui.step.section import SectionView, button, column, label
from trainer.ui.step.standing import Standing

_ROLE = Qt.ItemDataRole.UserRole
_FORMAT = "application/x-atoll-finding"


class FindingList(QListWidget):
    """Findings that can be dragged, and that take what is dropped on them."""

    moved = Signal(str, object)
    """Finding, and the side to which it is to go: "for", "against" or None."""

    def __init__(self, name: str, said: str, side: str | None) -> None:
        super().__init__()
        self.side = side
        self.setObjectName(name)
        self.setAccessibleName(said)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)

    def show_findings(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Show findings: identifier, words, and a longer text for who points at them."""
        if [(i.data(_ROLE), i.text()) for i in self.rows()] == [(f, _line(words)) for f, words, _ in rows]:
            return
        kept = self.currentItem().data(_ROLE) if self.currentItem() is not None else None
        self.clear()
        for finding, words, tip in rows:
            item = QListWidgetItem(_line(words))
            item.setData(_ROLE, finding)
            item.setToolTip(tip)
            self.addItem(item)
            if finding == kept:
                self.setCurrentItem(item)

    def rows(self) -> list[QListWidgetItem]:
        """Return what is shown."""
        return [self.item(row) for row in range(self.count())]

    def finding(self) -> str | None:
        """Return the finding at which the keyboard is."""
        item = self.currentItem()
        return str(item.data(_ROLE)) if item is not None and not item.isHidden() else None

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a height that leaves room for the other lists."""
        return QSize(100, 72)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return two lines."""
        return QSize(80, 60)

    def mimeTypes(self) -> list[str]:  # noqa: N802
        """Return what these lists exchange."""
        return [_FORMAT]

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:  # noqa: N802
        """Return the finding that is dragged."""
        data = QMimeData()
        data.setData(_FORMAT, str(items[0].data(_ROLE)).encode() if items else b"")
        return data

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take findings and nothing else."""
        if event.mimeData().hasFormat(_FORMAT):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        """Take findings and nothing else."""
        if event.mimeData().hasFormat(_FORMAT):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Ask for the finding to be moved here; the lists are filled from the draft."""
        if event.mimeData().hasFormat(_FORMAT):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.moved.emit(bytes(event.mimeData().data(_FORMAT).data()).decode(), self.side)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Cite with + and -, take back with Delete."""
        finding = self.finding()
        sides = {"+": "for", "-": "against"}
        if finding is not None and event.text() in sides:
            self.moved.emit(finding, sides[event.text()])
        elif finding is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.moved.emit(finding, None)
        else:
            super().keyPressEvent(event)


class EvidenceSection(SectionView):
    """What speaks for and against each disease of the differential."""

    def __init__(self) -> None:
        super().__init__("evidence", "Evidence")
        self._finder: DiseaseFinder | None = None
        self._disease = ""
        self._shown_chart: tuple[Citable, ...] = ()
        self.told = label(name="evidence_told", dim=True)
        self.disease = QComboBox()
        self.disease.setObjectName("evidence_disease")
        self.disease.setAccessibleName("Disease that the findings are cited on")
        self.disease.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.disease.setMinimumContentsLength(12)
        self.disease.currentIndexChanged.connect(self._choose)
        self.supports = FindingList("evidence_for", "For", "for")
        self.opposes = FindingList("evidence_against", "Against; may stay empty", "against")
        self.chart = FindingList("evidence_chart", "Findings: + cites for, - against, Delete takes back", None)
        self.search = QLineEdit()
        self.search.setObjectName("evidence_filter")
        self.search.setAccessibleName("Find a finding in the chart")
        self.search.setPlaceholderText("Find in the chart")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.cite_for = button("For  +", "cite_for")
        self.cite_against = button("Against  -", "cite_against")
        self.cite_not = button("Neither", "cite_not")
        self.cite_for.clicked.connect(self._cite_for)
        self.cite_against.clicked.connect(self._cite_against)
        self.cite_not.clicked.connect(self._cite_not)
        for one in (self.supports, self.opposes, self.chart):
            one.moved.connect(self._cite)
        whole = column(self, 0)
        whole.addWidget(self.told)
        whole.addWidget(self.disease)
        sides = QGridLayout()
        sides.setSpacing(4)
        sides.addWidget(label("For", heading=True), 0, 0)
        sides.addWidget(label("Against", heading=True), 0, 1)
        sides.addWidget(self.supports, 1, 0)
        sides.addWidget(self.opposes, 1, 1)
        whole.addLayout(sides, 2)
        buttons = QHBoxLayout()
        for made in (self.cite_for, self.cite_against, self.cite_not):
            buttons.addWidget(made)
        whole.addWidget(self.search)
        whole.addWidget(self.chart, 3)
        whole.addLayout(buttons)

    def start(self) -> QWidget:
        """Return the list of findings."""
        return self.chart

    def pick(self, finding: str) -> bool:
        """Go to a finding in the list; return whether it is there to be cited."""
        self.search.clear()
        item = next((item for item in self.chart.rows() if item.data(_ROLE) == finding), None)
        if item is not None:
            self.chart.setCurrentItem(item)
            self.chart.scrollToItem(item)
            self.chart.setFocus()
        return item is not None

    def refresh(self, desk: Desk, standing: Standing, draft: Draft, /) -> None:
        """Show what is cited on the disease that is chosen, and what can be."""
        if self._finder is None:
            self._finder = DiseaseFinder(desk.session.engine.library.diseases)
        diseases = _diseases(standing, draft)
        self._show_diseases(diseases, draft)
        found = citable(desk.session, draft.signs if standing.read is None else ())
        words = {one.finding: one.words for one in found}
        names = {key: finding.name for key, finding in desk.session.engine.library.findings.items()}
        stated = next((one for one in standing.citations if one.disease == self._disease), None)
        cited = stated or (draft.citation(self._disease) if self._disease else None)
        for shown, side in ((self.supports, "supports"), (self.opposes, "opposes")):
            cites: tuple[str, ...] = getattr(cited, side) if cited is not None else ()
            shown.show_findings([(f, words.get(f, names.get(f, f)), words.get(f, "")) for f in cites])
        taken = {*cited.supports, *cited.opposes} if cited is not None else set()
        self.chart.show_findings([(o.finding, o.words, _origin(o)) for o in found if o.finding not in taken])
        self._filter(self.search.text())
        open_ = bool(self._disease) and stated is None and not standing.over
        for widget in (self.cite_for, self.cite_against, self.cite_not):
            widget.setEnabled(open_)
        self.told.setText(_told(diseases, stated is not None))

    def _show_diseases(self, diseases: Sequence[str], draft: Draft) -> None:
        assert self._finder is not None
        rows = []
        for name in diseases:
            cited = draft.citation(name)
            count = len(cited.supports) + len(cited.opposes)
            rows.append((name, f"{self._finder.name(name)}{f': {count} cited' if count else ''}"))
        if self._disease not in diseases:
            self._disease = diseases[0] if diseases else ""
        self.disease.blockSignals(True)
        if [(self.disease.itemData(i), self.disease.itemText(i)) for i in range(self.disease.count())] != rows:
            self.disease.clear()
            for name, text in rows:
                self.disease.addItem(text, name)
        self.disease.setCurrentIndex(list(diseases).index(self._disease) if self._disease else -1)
        self.disease.setEnabled(bool(diseases))
        self.disease.blockSignals(False)

    def _choose(self, index: int) -> None:
        if index >= 0 and self.desk is not None and self.standing is not None:
            self._disease = str(self.disease.itemData(index))
            self.refresh(self.desk, self.standing, self.draft)

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        for item in self.chart.rows():
            item.setHidden(wanted not in item.text().lower())

    def _cite(self, finding: str, side: str | None) -> None:
        if self.standing is None or not self._disease:
            self.said.emit("Name a disease in the differential first; findings are cited on it.")
        elif any(one.disease == self._disease for one in self.standing.citations) or self.standing.over:
            self.said.emit("The evidence on this disease is committed; it is locked until the clock moves.")
        else:
            self.edited.emit(self.draft.citing(self._disease, finding, side))

    def _cite_for(self) -> None:
        self._cite_current("for")

    def _cite_against(self) -> None:
        self._cite_current("against")

    def _cite_not(self) -> None:
        for side in (self.supports, self.opposes):
            if side.selectedItems() and side.finding() is not None:
                self._cite(str(side.finding()), None)
                return
        self.said.emit("Choose a finding under For or Against first.")

    def _cite_current(self, side: str) -> None:
        finding = self.chart.finding()
        if finding is None:
            self.said.emit("Choose a finding in the list first.")
        else:
            self._cite(finding, side)


def _diseases(standing: Standing, draft: Draft) -> list[str]:
    """Return the diseases that can be cited on, those with most tokens first."""
    shown = Differential.of(standing.belief.shares) if standing.belief is not None else draft.differential
    ranked = sorted(shown.diseases, key=lambda name: -shown.count(name))
    extra = [one.disease for one in (*standing.citations, *draft.citations)]
    return list(dict.fromkeys([*ranked, *extra]))


def _line(words: str) -> str:
    return words[:1].upper() + words[1:]


def _origin(one: Citable) -> str:
    return f"{one.words} ({one.origin}, day {one.day})"


def _told(diseases: Sequence[str], locked: bool) -> str:
    if not diseases:
        return "Name a disease in the differential first; findings are cited on it."
    if locked:
        return "Committed; locked until the clock moves."
    return "Drag a finding to a side, or press + or - on it. 'Against' may stay empty; other diseases may follow."
