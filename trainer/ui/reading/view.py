"""What a pane shows of a scan, and every change to it, as pure functions; places on the screen. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from trainer.chest.display import WINDOWS, Plane, Slab
from trainer.chest.protocol import Kernel
from trainer.ui.reading.scan import Ask, Frame

Name = tuple[str, int]
Place = tuple[float, float, float]

SLABS: Final[tuple[tuple[Slab, str], ...]] = (("maximum", "MIP"), ("minimum", "MinIP"), ("mean", "mean"))
SLAB_MM: Final = (3.0, 5.0, 8.0, 10.0, 15.0, 20.0)
ZOOM: Final = (0.5, 16.0)
LEVEL_HU: Final = (-1024.0, 3071.0)
WIDTH_HU: Final = (10.0, 4096.0)
PRESETS: Final = tuple(WINDOWS)


@dataclass(frozen=True)
class ViewState:
    """How one pane shows one scan.

    Parameters
    ----------
    scan : tuple
        `trainer.ui.reading.scan.Scan.name`.
    plane : {"axial", "coronal", "sagittal"}
    index : int
        Slice of the plane.
    level_hu, width_hu : float
        Middle and width of the window.
    zoom : float
        1 fits the picture into the pane.
    pan_mm : tuple of float
        How far the middle of the picture is moved, to the right and down.
    slab : {"maximum", "minimum", "mean"}
    slab_mm : float
        Thickness; 0 is the single slice.
    kernel : {"lung", "soft"}
    inverted : bool
        Whether what is dense is black.
    """

    scan: Name
    plane: Plane = "axial"
    index: int = 0
    level_hu: float = WINDOWS["lung"][0]
    width_hu: float = WINDOWS["lung"][1]
    zoom: float = 1.0
    pan_mm: tuple[float, float] = (0.0, 0.0)
    slab: Slab = "maximum"
    slab_mm: float = 0.0
    kernel: Kernel = "lung"
    inverted: bool = False

    @property
    def ask(self) -> Ask:
        """What is to be drawn; a single slice is asked for in one way only."""
        if self.slab_mm == 0.0:
            return Ask(self.scan, self.index, self.plane, self.kernel)
        return Ask(self.scan, self.index, self.plane, self.kernel, self.slab_mm, self.slab)


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def at(state: ViewState, index: int, count: int) -> ViewState:
    """Return the view at a slice, the nearest there is of ``count``."""
    return replace(state, index=min(max(index, 0), max(count - 1, 0)))


def scrolled(state: ViewState, steps: int, count: int) -> ViewState:
    """Return the view some slices on, towards the head (axial), the back (coronal) or the left (sagittal)."""
    return at(state, state.index + steps, count)


def windowed(state: ViewState, level_hu: float, width_hu: float) -> ViewState:
    """Return the view through another window, within what CT knows."""
    return replace(state, level_hu=_within(level_hu, LEVEL_HU), width_hu=_within(width_hu, WIDTH_HU))


def window_dragged(state: ViewState, right_px: float, down_px: float) -> ViewState:
    """Return the view after a drag: to the right widens, down darkens (raises the level).

    A wide window moves in large steps, a narrow one in small ones, so that both can be set.
    """
    step = max(state.width_hu, 100.0) / 400.0
    return windowed(state, state.level_hu + down_px * step, state.width_hu + right_px * step)


def preset(state: ViewState, name: str) -> ViewState:
    """Return the view through a window of `trainer.chest.display.WINDOWS`."""
    return windowed(state, *WINDOWS[name])


def preset_text(name: str) -> str:
    """Return a window as it is written: "-600/1500"."""
    level, width = WINDOWS[name]
    return f"{signed(level)}/{width:.0f}"


def signed(hu: float) -> str:
    """Return HU as text, with a real minus sign."""
    return f"{hu:.0f}".replace("-", "−")


def inverted(state: ViewState) -> ViewState:
    """Return the view with its greys the other way round."""
    return replace(state, inverted=not state.inverted)


def other_kernel(state: ViewState) -> ViewState:
    """Return the view with the other kernel."""
    return replace(state, kernel="soft" if state.kernel == "lung" else "lung")


def slabbed(state: ViewState, slab: Slab, slab_mm: float) -> ViewState:
    """Return the view of a slab; of the single slice where the thickness is 0."""
    return replace(state, slab=slab, slab_mm=_within(slab_mm, (0.0, SLAB_MM[-1])))


def next_slab(state: ViewState) -> ViewState:
    """Return the view of the next kind: single slice, MIP, MinIP, mean, and round again."""
    kinds = [kind for kind, _ in SLABS]
    if state.slab_mm == 0.0:
        return slabbed(state, kinds[0], 10.0)
    place = kinds.index(state.slab) + 1
    return slabbed(state, kinds[place], state.slab_mm) if place < len(kinds) else slabbed(state, kinds[0], 0.0)


def thicker(state: ViewState, steps: int) -> ViewState:
    """Return the view of a thicker (or, below 0, thinner) slab; the single slice has no thickness to change."""
    if state.slab_mm == 0.0:
        return state
    nearest = min(range(len(SLAB_MM)), key=lambda n: abs(SLAB_MM[n] - state.slab_mm))
    return replace(state, slab_mm=SLAB_MM[min(max(nearest + steps, 0), len(SLAB_MM) - 1)])


def panned(state: ViewState, right_mm: float, down_mm: float, extent_mm: tuple[float, float]) -> ViewState:
    """Return the view moved, the middle of the picture never further than its own half from the pane's middle.

    Parameters
    ----------
    extent_mm : tuple of float
        Height and width of the picture.
    """
    half_down, half_right = 0.5 * extent_mm[0], 0.5 * extent_mm[1]
    right = _within(state.pan_mm[0] + right_mm, (-half_right, half_right))
    down = _within(state.pan_mm[1] + down_mm, (-half_down, half_down))
    return replace(state, pan_mm=(right, down))


def fitted(state: ViewState) -> ViewState:
    """Return the view that shows the whole picture."""
    return replace(state, zoom=1.0, pan_mm=(0.0, 0.0))


def reset(state: ViewState) -> ViewState:
    """Return the view as it was opened, of the slice and kernel that it shows."""
    return ViewState(state.scan, state.plane, state.index, kernel=state.kernel)


def like(state: ViewState, other: ViewState) -> ViewState:
    """Return the view that looks as another does, at its own scan, plane and slice."""
    return replace(other, scan=state.scan, plane=state.plane, index=state.index)


@dataclass(frozen=True)
class Geometry:
    """How the pixels of a picture lie in a pane.

    Parameters
    ----------
    size : tuple of float
        Width and height of the pane, in its own pixels.
    shape : tuple of int
        Rows and columns of the picture.
    pixel_mm : tuple of float
        Pixel size down and across.
    zoom : float
    pan_mm : tuple of float
        As in `ViewState`.
    """

    size: tuple[float, float]
    shape: tuple[int, int]
    pixel_mm: tuple[float, float]
    zoom: float = 1.0
    pan_mm: tuple[float, float] = (0.0, 0.0)

    @property
    def extent_mm(self) -> tuple[float, float]:
        """Height and width of the picture."""
        return self.shape[0] * self.pixel_mm[0], self.shape[1] * self.pixel_mm[1]

    @property
    def scale(self) -> float:
        """Pixels of the pane for a millimetre."""
        height, width = self.extent_mm
        return max(min(self.size[0] / width, self.size[1] / height), 1e-6) * self.zoom

    @property
    def origin(self) -> tuple[float, float]:
        """Where the picture's upper left corner lies, x and y."""
        height, width = self.extent_mm
        return (
            0.5 * self.size[0] + (self.pan_mm[0] - 0.5 * width) * self.scale,
            0.5 * self.size[1] + (self.pan_mm[1] - 0.5 * height) * self.scale,
        )

    def screen_of(self, row: float, column: float) -> tuple[float, float]:
        """Return where the middle of a pixel lies in the pane, x and y."""
        x, y = self.origin
        return (
            x + (column + 0.5) * self.pixel_mm[1] * self.scale,
            y + (row + 0.5) * self.pixel_mm[0] * self.scale,
        )

    def pixel_at(self, x: float, y: float) -> tuple[float, float]:
        """Return the row and column at a place of the pane; whole numbers are middles of pixels."""
        left, top = self.origin
        return (
            (y - top) / (self.pixel_mm[0] * self.scale) - 0.5,
            (x - left) / (self.pixel_mm[1] * self.scale) - 0.5,
        )

    def holds(self, row: float, column: float) -> bool:
        """Whether a place lies on the picture."""
        return -0.5 <= row <= self.shape[0] - 0.5 and -0.5 <= column <= self.shape[1] - 0.5


def geometry_of(state: ViewState, frame: Frame, size: tuple[float, float]) -> Geometry:
    """Return how a frame lies in a pane of a size."""
    rows, columns = frame.hu.shape
    return Geometry(size, (rows, columns), frame.pixel_mm, state.zoom, state.pan_mm)


def zoomed(state: ViewState, factor: float, geometry: Geometry, about: tuple[float, float]) -> ViewState:
    """Return the view enlarged, so that the place of the pane at ``about`` (x, y) stays where it is.

    Parameters
    ----------
    geometry : Geometry
        As the view lies now.
    """
    zoom = _within(state.zoom * factor, ZOOM)
    shrink = state.zoom / zoom
    aside = [(a - 0.5 * s) / geometry.scale for a, s in zip(about, geometry.size, strict=True)]
    pan = [p + a * (shrink - 1.0) for p, a in zip(state.pan_mm, aside, strict=True)]
    moved = replace(state, zoom=zoom, pan_mm=(0.0, 0.0))
    return panned(moved, pan[0], pan[1], geometry.extent_mm)


def centred(state: ViewState, row: float, column: float, geometry: Geometry) -> ViewState:
    """Return the view with a pixel in the middle of the pane, as near as panning goes."""
    height, width = geometry.extent_mm
    right = 0.5 * width - (column + 0.5) * geometry.pixel_mm[1]
    down = 0.5 * height - (row + 0.5) * geometry.pixel_mm[0]
    return panned(replace(state, pan_mm=(0.0, 0.0)), right, down, geometry.extent_mm)
