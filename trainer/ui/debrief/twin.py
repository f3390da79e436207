"""The twin: the same patient under the textbook plan, day by day beside the learner's course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSlider, QVBoxLayout, QWidget

from trainer.chest.display import WINDOWS, window_level
from trainer.encounter.debrief import Twin
from trainer.encounter.twin import Course
from trainer.ui.debrief.curve import CurvePlot
from trainer.ui.debrief.lapse import Lapse, told
from trainer.ui.debrief.probe import Probe
from trainer.ui.reading.scan import Ask, Frame
from trainer.ui.theme import colours, icon

if TYPE_CHECKING:
    from trainer.course.person import Person
    from trainer.ui.reading.pictures import Pictures

_BEAT_MS = 500
_KEYS: dict[int, int] = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
_PATIENCE = 20  # beats that the time-lapse waits for a picture


class PicturePane(QWidget):
    """One slice in the lung window.

    Signals
    -------
    scrolled : int
        Slices to go on towards the head.
    """

    scrolled = Signal(int)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 200)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title, self._caption, self._word = title, "", ""
        self._image: QImage | None = None
        self._turned = 0

    def show_frame(self, frame: Frame | None, caption: str, word: str) -> None:
        """Show a picture; ``word`` stands over it where it is not the one that was asked for."""
        if frame is not None:
            grey = window_level(frame.hu, *WINDOWS["lung"])
            rows, columns = grey.shape
            self._image = QImage(grey.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
        elif not word:
            self._image = None
        self._caption, self._word = caption, word
        self.setAccessibleDescription(f"{caption}. {word} SIMULATED")
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._image = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll by whole slices."""
        self._turned += event.angleDelta().y()
        steps, self._turned = int(self._turned / 120), self._turned - 120 * int(self._turned / 120)
        if steps:
            self.scrolled.emit(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll by the keys of the reading room."""
        steps = _KEYS.get(event.key())
        if steps is None:
            super().keyPressEvent(event)
        else:
            self.scrolled.emit(steps)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a fair size."""
        return QSize(420, 420)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and arguments
        """Paint the picture and what is written over it."""
        c, painter = colours(), QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is not None:
            side = min(self.width(), self.height())
            box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
            painter.setOpacity(0.35 if self._word else 1.0)
            painter.drawImage(box, self._image)
            painter.setOpacity(1.0)
        line = self.fontMetrics().height()
        painter.setPen(QColor("#ffffff"))
        top = QRectF(8, 6, self.width() - 16, line)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignLeft), self._title)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight), "SIMULATED")
        painter.drawText(QRectF(8, self.height() - line - 6, self.width() - 16, line), 0, self._caption)
        if self._word:
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._word)
        painter.setPen(QPen(QColor(c.accent if self.hasFocus() else c.line), 3 if self.hasFocus() else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()


class TwinView(QWidget):
    """Both courses: a slice of each on the same day, a slider and a play button over the days, and the curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("twin_view")
        self._lapse: Lapse | None = None
        self._pictures: Pictures | None = None
        self._index, self._waited = 0, 0
        self._chosen = False  # whether somebody has scrolled
        self._mine = PicturePane("twin_mine", "Your course", self)
        self._theirs = PicturePane("twin_theirs", "The twin", self)
        self._days, self._play = QSlider(Qt.Orientation.Horizontal), QPushButton("Play")
        self._line, self._words = QLabel(), QLabel()
        self._curves = (
            CurvePlot("curve_filled", "Lung filled, mL", 50.0, self),
            CurvePlot("curve_spo2", "SpO2, %", 5.0, self),
            CurvePlot("curve_prednisolone", "Prednisolone, mg a day", 10.0, self),
        )
        self._beat = QTimer(self)
        self._beat.setInterval(_BEAT_MS)
        self._lay_out()
        self._days.valueChanged.connect(self._show)
        self._play.clicked.connect(self.toggle)
        self._beat.timeout.connect(self._go_on)
        for pane in (self._mine, self._theirs):
            pane.scrolled.connect(self.step)

    def _lay_out(self) -> None:
        self._days.setObjectName("twin_day")
        self._days.setAccessibleName("Day")
        self._days.setMinimumHeight(24)
        self._play.setObjectName("twin_play")
        self._play.setMinimumHeight(28)
        self._line.setObjectName("twin_line")
        self._words.setObjectName("twin_words")
        self._words.setWordWrap(True)
        panes, run, curves = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for pane in (self._mine, self._theirs):
            panes.addWidget(pane, 1)
        panes.setSpacing(2)
        run.addWidget(self._play)
        run.addWidget(self._days, 1)
        for curve in self._curves:
            curves.addWidget(curve, 1)
        curves.setSpacing(14)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6, 6, 6, 4)
        whole.setSpacing(4)
        whole.addWidget(self._words)
        whole.addLayout(panes, 1)
        whole.addLayout(run)
        whole.addWidget(self._line)
        whole.addLayout(curves)

    def show_twin(self, twin: Twin | None, person: Person) -> None:
        """Show a twin; None where the plan cannot be played on this patient."""
        self.halt()
        self._lapse = Lapse(twin, person) if twin is not None else None
        self._index = 0
        for widget in (self._mine, self._theirs, self._days, self._play, self._line, *self._curves):
            widget.setVisible(twin is not None)
        if twin is None:
            self._words.setText("The textbook plan cannot be played on this patient, so there is no twin.")
            return
        self._words.setText(
            f"The same patient, all chance the same, under the textbook plan: {twin.plan}. Full line and left: your "
            f"course; broken line and right: the twin. Each day is drawn in the breath-hold of day 0, so that only "
            f"the disease moves."
        )
        days = [pair.day for pair in twin.days]
        for curve, part in zip(self._curves, ("filled_ml", "spo2_percent", "prednisolone_mg"), strict=True):
            mine, theirs = ([_value(line, part) for line in both] for both in _lines(twin))
            curve.show_courses(days, mine, theirs)
        for pane in (self._mine, self._theirs):
            pane.clear()
        self._days.setRange(0, len(days) - 1)
        self._days.setValue(0)
        self._show()

    def set_pictures(self, pictures: Pictures) -> None:
        """Take pictures from here from now on."""
        self._pictures = pictures
        pictures.arrived.connect(self._arrived)
        pictures.ready_changed.connect(self._begin)
        self._begin()

    def _begin(self) -> None:
        pictures, lapse = self._pictures, self._lapse
        if pictures is None or lapse is None or not pictures.ready:
            return
        scans = lapse.scans()
        pictures.set_scans(scans)
        count = pictures.count(scans[0].name, "axial")
        self._index, self._chosen = count // 2, False
        self._show()
        Probe(pictures, scans[0].name, self._begin_at)

    def _begin_at(self, index: int) -> None:
        """Begin where the first day shows most disease, unless another slice has been chosen meanwhile."""
        if not self._chosen and self._lapse is not None:
            self._index = index
            self._show()

    def rest(self) -> None:
        """Let go of the patient."""
        self.halt()
        self._pictures = self._lapse = None
        for pane in (self._mine, self._theirs):
            pane.clear()

    @property
    def index(self) -> int:
        """The slice that is on show."""
        return self._index

    def step(self, steps: int) -> None:
        """Go some slices towards the head in both panes."""
        if self._pictures is None or self._lapse is None:
            return
        count = self._pictures.count(self._lapse.scans()[0].name, "axial")
        self._chosen = True
        self._index = min(max(self._index + steps, 0), max(0, count - 1))
        self._show()

    def _show(self) -> None:
        lapse = self._lapse
        if lapse is None:
            return
        at = self._days.value()
        self._line.setText(told(lapse.twin.days[at]))
        for curve in self._curves:
            curve.show_at(at)
        if self._pictures is not None and self._pictures.ready:
            self._pictures.want(lapse.wanted(at, self._index))
        for pane, ask in zip((self._mine, self._theirs), lapse.asks(at, self._index), strict=True):
            self._fill(pane, ask, lapse.twin.days[at].day)

    def _fill(self, pane: PicturePane, ask: Ask | None, day: int) -> None:
        if ask is None:
            pane.clear()
            pane.show_frame(None, f"day {day}", "The patient has died.")
            return
        pictures = self._pictures
        count = pictures.count(ask.scan, "axial") if pictures is not None else 0
        frame = pictures.now(ask) if pictures is not None else None
        exact = frame is not None and frame.ask == ask
        caption = f"day {day}, slice {ask.index + 1} of {count}" if count else f"day {day}"
        word = "" if exact else "being drawn" if count else "the chest is being made ready"
        pane.show_frame(frame, caption, word)

    def _arrived(self, ask: Ask) -> None:
        lapse = self._lapse
        if lapse is not None and ask in lapse.asks(self._days.value(), self._index):
            self._show()

    def toggle(self) -> None:
        """Let the days run on from here, or halt them."""
        if self._beat.isActive():
            self.halt()
            return
        if self._days.value() == self._days.maximum():
            self._days.setValue(0)
        self._waited = 0
        self._beat.start()
        self._say_play()

    def halt(self) -> None:
        """Let the days stand still."""
        self._beat.stop()
        self._say_play()

    def _say_play(self) -> None:
        running = self._beat.isActive()
        self._play.setText("Pause" if running else "Play")
        self._play.setIcon(icon("pause" if running else "play"))

    def _go_on(self) -> None:
        lapse, pictures = self._lapse, self._pictures
        if lapse is None:
            self.halt()
            return
        if pictures is not None and pictures.ready and self._waited < _PATIENCE:
            asks = [ask for ask in lapse.asks(self._days.value(), self._index) if ask is not None]
            frames = [pictures.now(ask) for ask in asks]
            if any(frame is None or frame.ask != ask for frame, ask in zip(frames, asks, strict=True)):
                self._waited += 1
                return
        self._waited = 0
        self._days.setValue(self._days.value() + 1)
        if self._days.value() == self._days.maximum():
            self.halt()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Halt: nobody looks."""
        self.halt()
        super().hideEvent(event)


def _lines(twin: Twin) -> tuple[list[Course | None], list[Course | None]]:
    return [pair.mine for pair in twin.days], [pair.theirs for pair in twin.days]


def _value(course: Course | None, part: str) -> float | None:
    return None if course is None else float(getattr(course, part))
