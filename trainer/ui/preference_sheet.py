"""The sheet of preferences: what is changed there holds at once, and is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trainer.core.error import AtollError
from trainer.ui import shortcut, theme
from trainer.ui.preference import LEAST_TEXT, MOST_TEXT, MOUSE, Preferences, write_preferences
from trainer.ui.sheet import shown_keys

_THEMES = {"dark": "Reading room (dark)", "light": "Office (light)"}
_WHERE = {"viewer": "pictures", "page": "page", "window": "anywhere"}


def wear(preferences: Preferences) -> None:
    """Let the application look and listen as preferred."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        theme.apply(application, preferences.theme, preferences.text_scale)
    shortcut.prefer(preferences.keys)


class PreferenceSheet(QDialog):
    """The preferences, beside the window and never in its way.

    Parameters
    ----------
    preferences : Preferences

    Attributes
    ----------
    changed : Signal(Preferences)
        After they hold and are kept.
    """

    changed = Signal(object)

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preference_sheet")
        self.setWindowTitle("Preferences")
        self.setAccessibleName("Preferences")
        self.setModal(False)
        self.preferences = preferences
        self._theme = QComboBox()
        self._text = QSpinBox()
        self._mouse = QComboBox()
        self._table = QTableWidget(len(shortcut.SHORTCUTS), 3)
        self._edit = QKeySequenceEdit()
        self._back = QPushButton("As at first")
        self._all_back = QPushButton("All keys as at first")
        self._report = QPushButton("Crash report...")
        self._line = QLabel()
        self._fill()
        self._name_parts()
        self._lay_out()
        self._connect()
        self._table.setCurrentCell(0, 0)

    def _fill(self) -> None:
        for name, title in _THEMES.items():
            self._theme.addItem(title, name)
        self._theme.setCurrentIndex(self._theme.findData(self.preferences.theme))
        self._text.setRange(round(100 * LEAST_TEXT), round(100 * MOST_TEXT))
        self._text.setSingleStep(10)
        self._text.setSuffix(" %")
        self._text.setKeyboardTracking(False)
        self._text.setValue(round(100 * self.preferences.text_scale))
        for scheme, text in MOUSE.items():
            self._mouse.addItem(text, scheme)
        self._mouse.setCurrentIndex(self._mouse.findData(self.preferences.mouse))
        self._table.setHorizontalHeaderLabels(["What it does", "Where", "Key"])
        for place, one in enumerate(shortcut.SHORTCUTS):
            for column, text in enumerate((one.text, _WHERE[one.scope], "")):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                self._table.setItem(place, column, item)
        self._show_keys()

    def _name_parts(self) -> None:
        for widget, name, spoken in (
            (self._theme, "preferred_theme", "Theme"), (self._text, "preferred_text", "Size of text"),
            (self._mouse, "preferred_mouse", "Mouse"), (self._table, "preferred_keys", "Keys"),
            (self._edit, "new_key", "New key"), (self._back, "key_back", "This key as at first"),
            (self._all_back, "keys_back", "All keys as at first"), (self._report, "crash_report", "Crash report"),
            (self._line, "preference_line", "Message"),
        ):  # fmt: skip
            widget.setObjectName(name)
            widget.setAccessibleName(spoken)
        self._line.setWordWrap(True)
        self._line.setMinimumHeight(self.fontMetrics().height() * 2)
        self._edit.setMaximumSequenceLength(1)
        self._edit.setMinimumHeight(28)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setTabKeyNavigation(False)
        self._table.setShowGrid(False)
        self._table.verticalHeader().hide()
        head = self._table.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for button in (self._back, self._all_back, self._report):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(10)
        form.addRow("Theme", self._theme)
        form.addRow("Size of text", self._text)
        form.addRow("Mouse", self._mouse)
        row = QHBoxLayout()
        label = QLabel("New key for the chosen line")
        label.setBuddy(self._edit)
        for widget in (label, self._edit, self._back, self._all_back):
            row.addWidget(widget)
        title = QLabel("Keys")
        title.setProperty("kind", "section")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(title)
        whole.addWidget(self._table, 1)
        whole.addLayout(row)
        last = QHBoxLayout()
        last.addWidget(self._line, 1)
        last.addWidget(self._report)
        whole.addLayout(last)
        self.resize(720, 640)

    def _connect(self) -> None:
        self._theme.currentIndexChanged.connect(self._take_look)
        self._text.valueChanged.connect(self._take_look)
        self._mouse.currentIndexChanged.connect(self._take_look)
        self._edit.editingFinished.connect(self._take_key)
        self._back.clicked.connect(self._take_back)
        self._all_back.clicked.connect(self._take_all_back)
        self._report.clicked.connect(self._write_report)
        self._table.itemActivated.connect(self._to_edit)
        self._table.currentCellChanged.connect(self._forget_edit)

    def _to_edit(self) -> None:
        self._edit.setFocus()

    def _forget_edit(self) -> None:
        self._edit.clear()

    @property
    def _chosen(self) -> str:
        return shortcut.SHORTCUTS[max(self._table.currentRow(), 0)].id

    def _take_look(self) -> None:
        self._change(
            theme=self._theme.currentData(), text_scale=self._text.value() / 100.0, mouse=self._mouse.currentData()
        )

    def _take_key(self) -> None:
        keys = self._edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if not keys:
            return
        self._edit.clear()
        reason = shortcut.objection(self._chosen, keys, self.preferences.keys)
        if reason is not None:
            self._line.setText(f"Not changed: {reason}.")
            return
        self._change(keys={**self.preferences.keys, self._chosen: keys})

    def _take_back(self) -> None:
        keys = {name: own for name, own in self.preferences.keys.items() if name != self._chosen}
        first = next(one.keys for one in shortcut.SHORTCUTS if one.id == self._chosen)
        reason = shortcut.objection(self._chosen, first, keys)
        if reason is not None:
            self._line.setText(f"Not changed: {reason}.")
            return
        self._change(keys=keys)

    def _take_all_back(self) -> None:
        self._change(keys={})

    def _write_report(self) -> None:
        """Write what helps to find a fault where the user says; nothing is sent."""
        from trainer.records.fault_report import write_fault_report

        path, _ = QFileDialog.getSaveFileName(self, "Write a crash report", "atoll-report.zip", "Zip files (*.zip)")
        if not path:
            return
        try:
            write_fault_report(Path(path))
        except AtollError as error:
            self._line.setText(str(error))
        else:
            self._line.setText(f"{path}: look at it before you send it; Atoll sends nothing by itself.")

    def _change(self, **what: Any) -> None:
        """Let something else be preferred, at once and from now on."""
        self.preferences = Preferences.model_validate({**self.preferences.model_dump(), **what})
        wear(self.preferences)
        self._show_keys()
        try:
            write_preferences(self.preferences)
        except AtollError as error:
            self._line.setText(str(error))
        else:
            self._line.setText("Kept.")
        self.changed.emit(self.preferences)

    def _show_keys(self) -> None:
        for place, one in enumerate(shortcut.SHORTCUTS):
            item = self._table.item(place, 2)
            if item is not None:
                item.setText(shown_keys(one.id))
