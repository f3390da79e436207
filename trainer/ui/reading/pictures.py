"""The pictures of one patient: drawn in the chest lane, kept in bounded memory, given out at once.

The window's thread alone holds the volumes and decides what is drawn next; the lane is given frozen requests, one
slice each, and hands back arrays. Only two requests are queued at a time, so that what a pane turns to next waits for
the slice in work and no other.

Frames may be shown as they are for as long as they are held; their arrays are never written again. To put them on
the screen, use no parallel kernel on the window's thread (`trainer.chest.display.window_level` is one): its threads
would queue behind those of the lane, and with numba's ``workqueue`` layer two at a time end the process. A table of
4,096 greys, ``table.take(hu.view(numpy.uint16) + 1024, mode="clip")`` or the like, takes 0.3 ms for 512 x 512.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from trainer.chest.anatomy.build import anatomy_of
from trainer.chest.anatomy.model import Anatomy
from trainer.chest.display import Plane, linked_mm
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Kernel, Protocol
from trainer.chest.series import Series
from trainer.chest.warming import is_warm, warm
from trainer.course.person import Person
from trainer.ui.reading import paint
from trainer.ui.reading.easel import Easel
from trainer.ui.reading.linking import linked_plane
from trainer.ui.reading.scan import Ask, Frame, Scan
from trainer.ui.reading.truth import Lookup
from trainer.ui.reading.visit import Visit
from trainer.ui.reading.volume import VOLUMES
from trainer.ui.work import Call, Lane, Priority

Name = tuple[str, int]
Place = tuple[float, float, float]


def _build(call: Call, person: Person, scale: int) -> Anatomy:
    if not is_warm():
        call.tell(0.0, "First run: compiling for this machine, a minute or two")
        warm()
    paint.warm()  # or the first picture would compile it on the window's thread
    anatomy = anatomy_of(person, lambda share: call.tell(0.95 * share, "Building the chest"), None, scale)
    atlas_of(anatomy)
    call.tell(1.0, "")
    return anatomy


class Pictures(QObject):
    """Gives pictures of a patient's scans to panes.

    Parameters
    ----------
    lane : Lane
        Where all is drawn.
    parent : QObject, optional
    protocol : Protocol, optional
    volumes : int, optional
        Most series kept, of one kernel each.

    Signals
    -------
    arrived : Ask
        What is on show and can be had now, or better than before.
    progressed : float, str
        Share and name of the anatomy or a whole volume; 1 and "" at the end.
    failed : str
        One line on what could not be done.
    ready_changed
        The patient's chest is there, or no longer.

    Notes
    -----
    Before `ready`, and of a scan that is not open, `count` is 0 and `now` is None; what asks for a place raises
    `LookupError`. Call `close` before the lane is closed and before this goes.
    """

    arrived = Signal(object)
    progressed = Signal(float, str)
    failed = Signal(str)
    ready_changed = Signal()

    def __init__(
        self,
        lane: Lane,
        parent: QObject | None = None,
        *,
        protocol: Protocol | None = None,
        volumes: int = VOLUMES,
    ) -> None:
        super().__init__(parent)
        self._lane, self._protocol = lane, protocol or Protocol()
        self._radius_mm: float | None = None
        self._scans: tuple[Scan, ...] = ()
        self._anatomy: Anatomy | None = None
        self._building: Call | None = None
        self._easel = Easel(lane, self.arrived.emit, self.progressed.emit, self.failed.emit, volumes)

    # The patient

    def open_patient(self, person: Person, scale: int = 1, radius_mm: float | None = None) -> None:
        """Load or build a chest; of the patient before nothing is kept.

        Parameters
        ----------
        person : Person
        scale : int
            1 for the full grid.
        radius_mm : float, optional
            How far from an opacity a mark may lie, as the policy has it.
        """
        self._forget_patient()
        self._radius_mm = radius_mm

        def job(call: Call) -> Anatomy:
            return _build(call, person, scale)

        self._building = self._lane.run(job, self._built, self._not_built, progress=self.progressed.emit)

    def cancel_building(self) -> None:
        """Give up the chest that is being built."""
        if self._building is not None:
            self._building.cancel()
            self._building = None
            self.progressed.emit(1.0, "")

    @property
    def building(self) -> bool:
        """Whether a chest is being loaded or built."""
        return self._building is not None

    @property
    def ready(self) -> bool:
        """Whether the chest is there."""
        return self._anatomy is not None

    def close(self) -> None:
        """Stop all work and let go of all memory."""
        self._scans = ()
        self._forget_patient()

    def _built(self, anatomy: Anatomy) -> None:
        self._building = None
        self._anatomy = anatomy
        self.set_scans(self._scans)
        self.ready_changed.emit()

    def _not_built(self, error: Exception) -> None:
        self._building = None
        self.progressed.emit(1.0, "")
        self.failed.emit(f"The chest cannot be built: {error}")

    def _forget_patient(self) -> None:
        was = self.ready
        if self._building is not None:
            self._building.cancel()
            self._building = None
        self._easel.clear()
        self._anatomy = None
        if was:
            self.ready_changed.emit()

    # Scans

    @property
    def scans(self) -> tuple[Scan, ...]:
        """The scans that are open."""
        return self._scans

    def set_scans(self, scans: Sequence[Scan]) -> None:
        """Open these scans and no others; what was drawn of those that stay as they were is kept."""
        self._scans = tuple(scans)
        if self._anatomy is None:
            return
        wanted, visits = {scan.name: scan for scan in scans}, self._easel.visits
        for name, visit in list(visits.items()):
            if name not in wanted or not visit.shows(wanted[name]):
                self._easel.forget(name)
        for name, scan in wanted.items():
            if name not in visits:
                visits[name] = Visit(self._anatomy, scan, self._protocol)
        self._easel.pump()

    def count(self, name: Name, plane: Plane) -> int:
        """Return how many planes a scan has; 0 before it can be shown."""
        visit = self._easel.visits.get(name)
        return visit.lattice.count(plane) if visit is not None else 0

    def spacing_mm(self, name: Name) -> tuple[float, float, float]:
        """Return the distance of neighbours along (z, y, x)."""
        return self._easel.visits[name].lattice.spacing_mm

    def thickness_mm(self, name: Name) -> float:
        """Return how thick the slices of a scan are."""
        return self._easel.visits[name].thickness_mm

    @property
    def as_scanned(self) -> bool:
        """Whether the chest is an imported one, which has but the kernel that it was scanned with."""
        return self._anatomy is not None and self._anatomy.acquisition is not None

    def reconstruction(self, kernel: Kernel) -> str:
        """Return in words what a picture in a kernel is: of an imported chest, how it was scanned."""
        scan = None if self._anatomy is None else self._anatomy.acquisition
        if scan is None:
            return f"{kernel} kernel"
        return "as scanned, with contrast medium" if scan.enhanced else "as scanned"

    def position_mm(self, ask: Ask) -> float:
        """Return z of an axial plane, y of a coronal one, x of a sagittal one, in the coordinates of its visit."""
        return self._easel.visits[ask.scan].lattice.position_mm(ask.plane, ask.index)

    def index_at(self, name: Name, plane: Plane, place_mm: Place) -> int:
        """Return the plane that goes nearest to a place of the visit."""
        place = {"axial": place_mm[0], "coronal": place_mm[1], "sagittal": place_mm[2]}[plane]
        return self._easel.visits[name].lattice.index_at(plane, place)

    def linked_mm(self, place_mm: Place, from_name: Name, to_name: Name) -> Place:
        """Return where the tissue at a place of one scan lies in another."""
        if from_name == to_name:
            return place_mm
        return linked_mm(place_mm, self._easel.visits[from_name].deformation, self._easel.visits[to_name].deformation)

    def linked_index(self, ask: Ask, to_name: Name) -> int:
        """Return the parallel plane of another scan that shows the tissue of a plane, best on the whole."""
        here, there = self._easel.visits[ask.scan], self._easel.visits[to_name]
        if here is there:
            return ask.index
        return linked_plane((here.deformation, here.lattice), (there.deformation, there.lattice), ask.plane, ask.index)

    # What is on show

    def now(self, ask: Ask) -> Frame | None:
        """Return a picture at once: the one, or the nearest that is ready (its ``ask`` says which), or None."""
        return self._easel.now(ask)

    def want(self, asks: Sequence[Ask]) -> None:
        """Say what is on show now: it is drawn first, then what comes next in the direction of scrolling, then all."""
        self._easel.want(asks)

    def want_whole(self, name: Name, kernel: Kernel) -> None:
        """Draw all slices of a scan, for planes that cut across them."""
        self._easel.want_whole(name, kernel)

    def cancel_whole(self) -> None:
        """Draw no more of whole volumes than what is shown and its neighbours."""
        self._easel.cancel_whole()

    # What really is there

    def opacity_at(self, name: Name, place_mm: Place, then: Callable[[int | None], None]) -> None:
        """Find out the label of the opacity at a place, as marks are scored; shown to nobody.

        Where the patient was opened without a radius, marks are of no account, and it is None at once.
        """
        radius_mm = self._radius_mm
        if radius_mm is None:
            then(None)
            return
        visit = self._easel.visits[name]

        def go(series: Series) -> None:
            def done(label: int | None) -> None:
                visit.cancels.remove(cancel)
                then(label)

            lookup = Lookup(self._lane, series, place_mm, radius_mm, done, self._not_found)
            cancel = lookup.cancel
            visit.cancels.append(cancel)

        self._easel.once_drawn(visit, go)

    def truth(self, ask: Ask, then: Callable[[dict[int, np.ndarray]], None]) -> None:
        """Find out the masks, by label, of the opacities in an axial slice; other planes have none."""
        if ask.plane != "axial":
            then({})
            return
        visit = self._easel.visits[ask.scan]

        def go(series: Series) -> None:
            def done(masks: dict[int, np.ndarray]) -> None:
                visit.cancels.remove(cancel)
                then(masks)

            call = self._lane.run(lambda _: series.truth(ask.index), done, self._not_found, priority=Priority.NEXT)
            cancel = call.cancel
            visit.cancels.append(cancel)

        self._easel.once_drawn(visit, go)

    def _not_found(self, error: Exception) -> None:
        self.failed.emit(f"What lies there cannot be found out: {error}")
