"""One pane: the picture, which visit and plane it shows, and a slider through its slices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from trainer.ui.reading.canvas import Canvas
from trainer.ui.reading.overlay import visit_text
from trainer.ui.reading.scan import Frame
from trainer.ui.reading.scene import Scene
from trainer.ui.reading.slider import SliceSlider
from trainer.ui.reading.view import Name, ViewState

_PLANES = ("axial", "coronal", "sagittal")


class Pane(QWidget):
    """A canvas with its choosers.

    Signals
    -------
    visit_chosen : object
        The name of a scan.
    plane_chosen : str
    index_chosen : int
    """

    visit_chosen = Signal(object)
    plane_chosen = Signal(str)
    index_chosen = Signal(int)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"pane_{number}")
        self.canvas = Canvas(self)
        self.canvas.setObjectName(f"canvas_{number}")
        self.canvas.setAccessibleName(f"CT picture of pane {number}")
        self.visits = self._chooser(f"visit_{number}", f"Visit of pane {number}")
        self.visits.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.planes = self._chooser(f"plane_{number}", f"Plane of pane {number}")
        for plane in _PLANES:
            self.planes.addItem(plane.capitalize(), plane)
        self.slider = SliceSlider(self)
        self.slider.setObjectName(f"slices_{number}")
        self.slider.setAccessibleName(f"Slice of pane {number}")
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setPageStep(10)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        head.addWidget(self.visits, 1)
        head.addWidget(self.planes)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.canvas, 1)
        body.addWidget(self.slider)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addLayout(head)
        whole.addLayout(body, 1)
        self._names: tuple[Name, ...] = ()
        self.visits.activated.connect(self._choose_visit)
        self.planes.activated.connect(self._choose_plane)
        self.slider.valueChanged.connect(self.index_chosen)

    def _chooser(self, name: str, spoken: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setAccessibleName(spoken)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.setMinimumHeight(24)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        return box

    def _choose_visit(self, row: int) -> None:
        self.visit_chosen.emit(self._names[row])

    def _choose_plane(self, row: int) -> None:
        self.plane_chosen.emit(_PLANES[row])

    @property
    def state(self) -> ViewState | None:
        """What the pane shows."""
        return self.canvas.state

    @property
    def frame(self) -> Frame | None:
        """The picture that it shows of it."""
        return self.canvas.frame

    def set_names(self, names: Sequence[Name]) -> None:
        """Offer visits to choose from."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        self.visits.clear()
        for name in names:
            self.visits.addItem(visit_text(name))

    def show_view(self, state: ViewState, frame: Frame | None, scene: Scene, count: int, missing: str) -> None:
        """Show a view; see `Canvas.show_frame`."""
        self.canvas.show_frame(state, frame, scene, count, missing)
        if state.scan in self._names and self.visits.currentIndex() != self._names.index(state.scan):
            self.visits.setCurrentIndex(self._names.index(state.scan))
        if self.planes.currentIndex() != _PLANES.index(state.plane):
            self.planes.setCurrentIndex(_PLANES.index(state.plane))
        if self.slider.maximum() != count - 1 or self.slider.value() != state.index:
            with QSignalBlocker(self.slider):
                self.slider.setRange(0, max(count - 1, 0))
                self.slider.setValue(state.index)
