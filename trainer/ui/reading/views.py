"""What all panes show together: layouts, linked scrolling, crosshair and flicker. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from trainer.chest.display import Plane
from trainer.ui.reading import view
from trainer.ui.reading.hang import PLACES, Layout, after, before, ordered, slots
from trainer.ui.reading.measure import level_of
from trainer.ui.reading.scan import Ask, Frame
from trainer.ui.reading.view import Geometry, Name, Place, ViewState, geometry_of

_AXIS: Final = {"axial": 0, "coronal": 1, "sagittal": 2}
_PLANES: Final[tuple[Plane, ...]] = ("axial", "coronal", "sagittal")


class Space(Protocol):
    """What is asked of the pictures about places; see `trainer.ui.reading.pictures.Pictures`."""

    def count(self, name: Name, plane: Plane) -> int:
        """Return how many slices a plane has."""

    def position_mm(self, ask: Ask) -> float:
        """Return where a slice lies along its axis."""

    def index_at(self, name: Name, plane: Plane, place_mm: Place) -> int:
        """Return the slice nearest to a place."""

    def linked_index(self, ask: Ask, to_name: Name) -> int:
        """Return the slice of another visit at the same place of the body."""

    def linked_mm(self, place_mm: Place, from_name: Name, to_name: Name) -> Place:
        """Return the place in another visit."""

    def now(self, ask: Ask) -> Frame | None:
        """Return what there is of a picture."""


class Views:
    """The views of the panes, the active one, and how they go together.

    Parameters
    ----------
    space : Space
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self.names: tuple[Name, ...] = ()
        self.layout: Layout = "1x2"
        self.panes: list[ViewState] = []
        self.active = 0
        self.alone = False
        self.linked = True
        self.cursor: tuple[Name, Place] | None = None
        self._home: tuple[int, ViewState, ViewState] | None = None  # pane, as it was, as flicker showed it

    @property
    def visible(self) -> tuple[int, ...]:
        """Numbers of the panes that are on show."""
        return (self.active,) if self.alone else tuple(range(len(self.panes)))

    @property
    def current(self) -> ViewState | None:
        """What the active pane shows."""
        return self.panes[self.active] if self.panes else None

    # layouts

    def hang(self, layout: Layout, names: Sequence[Name], current: Name) -> None:
        """Show visits in a layout; window, zoom and slice stay those of the active pane."""
        self.names = ordered(names)
        was = self.current if self.current is not None and self.current.scan in self.names else None
        self.layout, self.alone, self._home = layout, False, None
        opened = slots(layout, current, self.names)
        was = was or ViewState(current, "axial", self._space.count(current, "axial") // 2)
        self.panes = [self._opened(scan, plane, was) for scan, plane in opened]
        place = [n for n, (scan, plane) in enumerate(opened) if scan == current and plane == "axial"]
        self.active = place[0] if place else 0
        if self.cursor is not None and self.cursor[0] not in self.names:
            self.cursor = None

    @property
    def places(self) -> tuple[tuple[int, int, int, int], ...]:
        """Row, column, rows and columns of the panes that there are."""
        return PLACES["1x1" if len(self.panes) == 1 else self.layout]

    def _opened(self, scan: Name, plane: Plane, was: ViewState) -> ViewState:
        count = self._space.count(scan, plane)
        if was.plane == plane:
            index = was.index if was.scan == scan else self._space.linked_index(was.ask, scan)
            return view.at(replace(was, scan=scan), index, count)
        fresh = ViewState(scan, plane, count // 2, was.level_hu, was.width_hu)
        return replace(fresh, kernel=was.kernel, inverted=was.inverted)

    def maximise(self) -> None:
        """Show the active pane alone, or all again."""
        self.alone = not self.alone and len(self.panes) > 1

    def step_pane(self, steps: int) -> None:
        """Make the next pane the active one."""
        if self.panes:
            self.active = (self.active + steps) % len(self.panes)

    # scrolling

    def to_index(self, pane: int, index: int) -> None:
        """Show a slice; panes of the same plane that are linked go to the same place of the body."""
        here = self.panes[pane]
        there = view.at(here, index, self._space.count(here.scan, here.plane))
        self.panes[pane] = there
        if self.linked:
            for n, other in enumerate(self.panes):
                if n != pane and other.plane == there.plane:
                    self.panes[n] = self._beside(there, other)
        if self.cursor is not None and self.cursor[0] == there.scan and pane == self.active:
            self.cursor = there.scan, self._on_slice(self.cursor[1], there)

    def _beside(self, here: ViewState, other: ViewState) -> ViewState:
        index = here.index if here.scan == other.scan else self._space.linked_index(here.ask, other.scan)
        return view.at(other, index, self._space.count(other.scan, other.plane))

    def _on_slice(self, place: Place, state: ViewState) -> Place:
        moved = list(place)
        moved[_AXIS[state.plane]] = self._space.position_mm(state.ask)
        return moved[0], moved[1], moved[2]

    def scroll(self, pane: int, steps: int) -> None:
        """Go some slices on."""
        self.to_index(pane, self.panes[pane].index + steps)

    # looks

    def look(self, pane: int, state: ViewState) -> None:
        """Show a pane otherwise; linked panes of the same plane follow, others in window and kernel alone."""
        was = self.panes[pane]
        self.panes[pane] = state
        if not self.linked:
            return
        for n, other in enumerate(self.panes):
            if n == pane:
                continue
            if other.plane == state.plane:
                self.panes[n] = view.like(other, state)
            elif (was.level_hu, was.width_hu, was.kernel, was.inverted) != (
                state.level_hu, state.width_hu, state.kernel, state.inverted,
            ):  # fmt: skip
                self.panes[n] = replace(
                    other,
                    level_hu=state.level_hu,
                    width_hu=state.width_hu,
                    kernel=state.kernel,
                    inverted=state.inverted,
                )

    def change(self, act: Callable[[ViewState], ViewState]) -> None:
        """Show the active pane otherwise."""
        if self.current is not None:
            self.look(self.active, act(self.current))

    # visits and planes

    def choose_visit(self, pane: int, name: Name) -> None:
        """Show another visit in a pane, at the same place of the body."""
        here = self.panes[pane]
        self._home = None if self._home is not None and self._home[0] == pane else self._home
        self.panes[pane] = self._beside(here, replace(here, scan=name))

    def step_visit(self, steps: int) -> bool:
        """Show the visit before or after in the active pane; return whether there is one."""
        here = self.current
        other = None if here is None else (before if steps < 0 else after)(here.scan, self.names)
        if other is None:
            return False
        self.choose_visit(self.active, other)
        return True

    def choose_plane(self, pane: int, plane: Plane) -> None:
        """Show another plane of the same visit, through the crosshair or the middle."""
        here = self.panes[pane]
        if plane == here.plane:
            return
        self.panes[pane] = view.fitted(self._opened(here.scan, plane, here))
        if self.cursor is not None:
            place = self._space.linked_mm(self.cursor[1], self.cursor[0], here.scan)
            self.panes[pane] = replace(self.panes[pane], index=self._space.index_at(here.scan, plane, place))

    def next_plane(self) -> None:
        """Show the next plane in the active pane."""
        if self.current is not None:
            self.choose_plane(self.active, _PLANES[(_PLANES.index(self.current.plane) + 1) % 3])

    # places

    def locate(self, pane: int, place: Place) -> None:
        """Put the crosshair at a place, and bring every other pane there."""
        name = self.panes[pane].scan
        self.cursor = name, place
        for n, other in enumerate(self.panes):
            if n != pane:
                there = self._space.linked_mm(place, name, other.scan)
                index = self._space.index_at(other.scan, other.plane, there)
                self.panes[n] = view.at(other, index, self._space.count(other.scan, other.plane))

    def visit(self, name: Name, place: Place) -> None:
        """Show a place of a visit in the active pane."""
        if self.current is None or name not in self.names:
            return
        if self.current.scan != name:
            self.choose_visit(self.active, name)
        self.to_index(self.active, self._space.index_at(name, self.panes[self.active].plane, place))

    def cursor_in(self, frame: Frame) -> tuple[float, float] | None:
        """Return where the crosshair lies in a frame."""
        if self.cursor is None:
            return None
        return level_of(frame).pixel_of(self._space.linked_mm(self.cursor[1], self.cursor[0], frame.ask.scan))

    def move_cursor(self, frame: Frame, geometry: Geometry, right_px: float, down_px: float) -> None:
        """Move the crosshair in the active pane; the first time it comes to the middle of the pane."""
        row, column = self.cursor_in(frame) or geometry.pixel_at(0.5 * geometry.size[0], 0.5 * geometry.size[1])
        if self.cursor is not None:
            row += down_px / (geometry.pixel_mm[0] * geometry.scale)
            column += right_px / (geometry.pixel_mm[1] * geometry.scale)
        rows, columns = frame.hu.shape
        row, column = min(max(row, 0.0), rows - 1.0), min(max(column, 0.0), columns - 1.0)
        self.cursor = frame.ask.scan, self._on_slice(frame.place_mm(row, column), self.panes[self.active])

    # flicker

    @property
    def flickers(self) -> int | None:
        """Number of the pane that shows the other visit for a moment."""
        return None if self._home is None else self._home[0]

    def flick(self, size: tuple[float, float]) -> bool:
        """Show the other visit in the active pane at the same place of the body, or the first one again.

        Parameters
        ----------
        size : tuple of float
            Width and height of the pane.

        Returns
        -------
        bool
            Whether there is another visit.
        """
        here = self.current
        if here is None:
            return False
        if self._home is not None and self._home[0] == self.active:
            _, home, away = self._home
            self._home = None
            same = here == away
            self.panes[self.active] = home if same else self._aligned(here, home.scan, size)
            return True
        other = before(here.scan, self.names) or after(here.scan, self.names)
        if other is None:
            return False
        there = self._aligned(here, other, size)
        self._home = self.active, here, there
        self.panes[self.active] = there
        return True

    def _aligned(self, here: ViewState, name: Name, size: tuple[float, float]) -> ViewState:
        """Return the view of another visit with the tissue in the middle of the pane where it was."""
        there = self._beside(here, replace(here, scan=name))
        one, two = self._space.now(here.ask), self._space.now(there.ask)
        if one is None or two is None:
            return there
        middle = 0.5 * size[0], 0.5 * size[1]
        row, column = geometry_of(here, one, size).pixel_at(*middle)
        place = self._space.linked_mm(self._on_slice(one.place_mm(row, column), here), here.scan, name)
        lies = geometry_of(there, two, size)
        x, y = lies.screen_of(*level_of(two).pixel_of(place))
        return view.panned(there, (middle[0] - x) / lies.scale, (middle[1] - y) / lies.scale, lies.extent_mm)
