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
from dataclasses import replace
from itertools import chain

import numpy as np
from PySide6.QtCore import QObject, Signal

from trainer.chest.anatomy.build import anatomy_of
from trainer.chest.anatomy.model import Anatomy
from trainer.chest.deformation import Deformation
from trainer.chest.display import Plane, linked_mm
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Kernel, Protocol
from trainer.chest.series import Series
from trainer.chest.warming import is_warm, warm
from trainer.course.person import Person
from trainer.ui.reading.errand import Errand, Want, errands, moved
from trainer.ui.reading.linking import linked_plane
from trainer.ui.reading.plane import Lattice
from trainer.ui.reading.scan import Ask, Frame, Scan
from trainer.ui.reading.truth import Lookup
from trainer.ui.reading.volume import VOLUMES, Source, Volume, Volumes
from trainer.ui.work import Call, Lane, Priority

Name = tuple[str, int]
Place = tuple[float, float, float]

_QUEUED = 2  # one in work and one behind it, so that the lane never waits for the window's thread
_DRAWINGS = 6  # scans whose drawing is kept, 3 to 17 MB each
_OTHER_KERNEL = 2  # a slice of the other kernel stands in for one whose own neighbours are farther off than this


class _Visit:
    """One scan, and the series made of it once it is drawn."""

    def __init__(self, anatomy: Anatomy, scan: Scan, protocol: Protocol) -> None:
        self.scan, self._anatomy, self._protocol = scan, anatomy, protocol
        bare = Series(anatomy, scan.state, protocol, scan.visit_key)
        self.lattice = Lattice(bare.shape, bare.spacing_mm, bare.origin_mm)
        self.deformation: Deformation = bare.deformation
        self.series: dict[Kernel, Series] = {}
        self.waiting: list[Callable[[Series], None]] = []  # what is done once it is drawn
        self.searches: list[Lookup | Call] = []

    def draw(self) -> dict[Kernel, Series]:
        """Return the series of both kernels, drawn."""
        protocol = replace(self._protocol, kernel="lung")
        lung = Series(self._anatomy, self.scan.state, protocol, self.scan.visit_key, self.deformation)
        return {"lung": lung, "soft": lung.with_kernel("soft")}  # the other kernel takes the drawing, and so makes it


class _Flight:
    """An errand that is in the lane."""

    def __init__(self, priority: Priority, errand: Errand) -> None:
        self.priority, self.errand = priority, errand
        self.begun = False
        self.call: Call | None = None


def _same(one: Scan, other: Scan) -> bool:
    a, b = one.state, other.state
    return one.visit_key == other.visit_key and (
        a is b
        or (
            np.array_equal(a.opacities, b.opacities)
            and (a.effusion_right_ml, a.effusion_left_ml, a.mosaic, a.node_mm)
            == (b.effusion_right_ml, b.effusion_left_ml, b.mosaic, b.node_mm)
        )
    )


def _build(call: Call, person: Person, scale: int) -> Anatomy:
    if not is_warm():
        call.tell(0.0, "First run: compiling for this machine, a minute or two")
        warm()
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
    radius_mm : float, optional
        How far from an opacity a mark may lie, as the policy has it; only `opacity_at` needs it.
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
        radius_mm: float | None = None,
        protocol: Protocol | None = None,
        volumes: int = VOLUMES,
    ) -> None:
        super().__init__(parent)
        self._lane, self._radius_mm, self._protocol = lane, radius_mm, protocol or Protocol()
        self._scans: tuple[Scan, ...] = ()
        self._anatomy: Anatomy | None = None
        self._building: Call | None = None
        self._visits: dict[Name, _Visit] = {}
        self._drawn: list[Name] = []
        self._volumes = Volumes(volumes)
        self._wants: list[Want] = []
        self._whole: list[Source] = []
        self._halted: set[Source] = set()
        self._broken: set[Errand] = set()
        self._flights: list[_Flight] = []
        self._making: dict[Ask, Call] = {}

    # The patient

    def open_patient(self, person: Person, scale: int = 1) -> None:
        """Load or build a chest; of the patient before nothing is kept."""
        self._forget_patient()

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
        for name in list(self._visits):
            self._forget(name)
        self._whole.clear()
        self._wants = []
        self._volumes.clear()
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
        wanted = {scan.name: scan for scan in scans}
        for name, visit in list(self._visits.items()):
            if name not in wanted or not _same(visit.scan, wanted[name]):
                self._forget(name)
        for name, scan in wanted.items():
            if name not in self._visits:
                self._visits[name] = _Visit(self._anatomy, scan, self._protocol)
        self._pump()

    def _forget(self, name: Name) -> None:
        """Drop a scan and all work on it."""
        for search in self._visits.pop(name).searches:
            search.cancel()
        self._volumes.drop(name)
        self._drawn = [one for one in self._drawn if one != name]
        self._whole = [source for source in self._whole if source[0] != name]
        self._halted = {source for source in self._halted if source[0] != name}
        self._broken = {errand for errand in self._broken if errand.source[0] != name}
        for flight in [flight for flight in self._flights if flight.errand.source[0] == name]:
            self._drop(flight)
        for ask in [ask for ask in self._making if ask.scan == name]:
            self._making.pop(ask).cancel()

    def count(self, name: Name, plane: Plane) -> int:
        """Return how many planes a scan has; 0 before it can be shown."""
        visit = self._visits.get(name)
        return visit.lattice.count(plane) if visit is not None else 0

    def spacing_mm(self, name: Name) -> tuple[float, float, float]:
        """Return the distance of neighbours along (z, y, x)."""
        return self._visits[name].lattice.spacing_mm

    def position_mm(self, ask: Ask) -> float:
        """Return z of an axial plane, y of a coronal one, x of a sagittal one, in the coordinates of its visit."""
        return self._visits[ask.scan].lattice.position_mm(ask.plane, ask.index)

    def index_at(self, name: Name, plane: Plane, place_mm: Place) -> int:
        """Return the plane that goes nearest to a place of the visit."""
        place = {"axial": place_mm[0], "coronal": place_mm[1], "sagittal": place_mm[2]}[plane]
        return self._visits[name].lattice.index_at(plane, place)

    def linked_mm(self, place_mm: Place, from_name: Name, to_name: Name) -> Place:
        """Return where the tissue at a place of one scan lies in another."""
        if from_name == to_name:
            return place_mm
        return linked_mm(place_mm, self._visits[from_name].deformation, self._visits[to_name].deformation)

    def linked_index(self, ask: Ask, to_name: Name) -> int:
        """Return the parallel plane of another scan that shows the tissue of a plane, best on the whole."""
        here, there = self._visits[ask.scan], self._visits[to_name]
        if here is there:
            return ask.index
        return linked_plane((here.deformation, here.lattice), (there.deformation, there.lattice), ask.plane, ask.index)

    # What is on show

    def now(self, ask: Ask) -> Frame | None:
        """Return a picture at once: the one, or the nearest that is ready (its ``ask`` says which), or None."""
        visit = self._visits.get(ask.scan)
        if visit is None or not 0 <= ask.index < visit.lattice.count(ask.plane):
            return None
        volume = self._volumes.get((ask.scan, ask.kernel))
        frame = volume.frame(ask) if volume is not None else None
        return frame or self._stand_in(ask, volume)

    def _stand_in(self, ask: Ask, volume: Volume | None) -> Frame | None:
        other = self._volumes.get((ask.scan, "soft" if ask.kernel == "lung" else "lung"))
        if ask.plane != "axial":
            older = volume.older(ask) if volume is not None else None
            one = volume if volume is not None and volume.left < len(volume.there) else other
            return older or (one.frame(self._single(ask, one, ask.index)) if one is not None else None)
        found = []
        for one, penalty in ((volume, 0), (other, _OTHER_KERNEL)):
            index = one.nearest(ask.index) if one is not None else None
            if one is not None and index is not None:
                found.append((abs(index - ask.index) + penalty, penalty, index, one))
        if not found:
            return None
        _, _, index, one = min(found, key=lambda entry: entry[:2])
        return one.frame(self._single(ask, one, index))

    @staticmethod
    def _single(ask: Ask, volume: Volume, index: int) -> Ask:
        return replace(ask, index=index, slab_mm=0.0, slab="mean", kernel=volume.source[1])

    def want(self, asks: Sequence[Ask]) -> None:
        """Say what is on show now: it is drawn first, then what comes next in the direction of scrolling, then all."""
        self._wants = moved(asks, self._wants)
        for want in self._wants:
            visit = self._visits.get(want.ask.scan)
            if visit is not None:
                self._volumes.open(want.source, visit.lattice, self._shown())
        self._pump()

    def want_whole(self, name: Name, kernel: Kernel) -> None:
        """Draw all slices of a scan, for planes that cut across them."""
        source = name, kernel
        self._halted.discard(source)
        if name in self._visits and source not in self._whole and self._volume(source).left:
            self._whole.append(source)
            self._tell_whole(source)
        self._pump()

    def cancel_whole(self) -> None:
        """Draw no more of whole volumes than what is shown and its neighbours."""
        if self._whole:
            self._halted.update(self._whole)
            self._whole.clear()
            self.progressed.emit(1.0, "")
        self._pump()

    def _shown(self) -> set[Source]:
        return {*(want.source for want in self._wants), *self._whole}

    def _volume(self, source: Source) -> Volume:
        return self._volumes.open(source, self._visits[source[0]].lattice, self._shown())

    def _present(self) -> list[Want]:
        """Return the wants that there is something for."""
        return [
            want
            for want in self._wants
            if want.ask.scan in self._visits
            and 0 <= want.ask.index < self._visits[want.ask.scan].lattice.count(want.ask.plane)
        ]

    # Work

    def _pump(self) -> None:
        """Put the next errands into the lane, and take out those that are no longer the next."""
        if self._anatomy is None:
            return
        busy = {flight.errand for flight in self._flights if flight.begun}
        tops: list[tuple[Priority, Errand]] = []
        for priority, errand in self._errands():
            if errand not in busy and errand not in self._broken and errand not in [top[1] for top in tops]:
                tops.append((priority, errand))
                if len(tops) == _QUEUED:
                    break
        for flight in [flight for flight in self._flights if not flight.begun]:
            if (flight.priority, flight.errand) not in tops:
                self._drop(flight)
        under_way = {flight.errand for flight in self._flights}
        for priority, errand in tops:
            if errand not in under_way:
                self._send(priority, errand)
        self._make_dear()

    def _errands(self) -> chain[tuple[Priority, Errand]]:
        asked = [
            (Priority.NEXT, Errand((name, "lung"), None))
            for name, visit in self._visits.items()
            if visit.waiting and not visit.series
        ]
        drawn = set(self._drawn)
        return chain(
            errands(
                self._present(),
                self._whole,
                self._halted,
                self._volume,
                lambda source: source[0] in drawn,
            ),
            asked,
        )

    def _send(self, priority: Priority, errand: Errand) -> None:
        flight = _Flight(priority, errand)
        visit = self._visits[errand.source[0]]
        self._flights.append(flight)

        def fail(error: Exception) -> None:
            self._flights.remove(flight)
            self._broken.add(errand)
            self.failed.emit(f"A picture of day {visit.scan.day} cannot be drawn: {error}")
            self._pump()

        if errand.index is None:

            def draw(_: Call) -> dict[Kernel, Series]:
                flight.begun = True
                return visit.draw()

            def take_drawing(series: dict[Kernel, Series]) -> None:
                self._flights.remove(flight)
                self._keep_drawing(visit, series)

            flight.call = self._lane.run(draw, take_drawing, fail, priority=priority)
            return
        series, index = visit.series[errand.source[1]], errand.index

        def cut(_: Call) -> np.ndarray:
            flight.begun = True
            return series.slice(index)

        def take(hu: np.ndarray) -> None:
            self._flights.remove(flight)
            self._keep_slice(errand.source, index, hu)

        flight.call = self._lane.run(cut, take, fail, priority=priority)

    def _drop(self, flight: _Flight) -> None:
        self._flights.remove(flight)
        if flight.call is not None:
            flight.call.cancel()

    def _keep_drawing(self, visit: _Visit, series: dict[Kernel, Series]) -> None:
        name = visit.scan.name
        visit.series = series
        self._drawn.append(name)
        shown = {source[0] for source in self._shown()}
        old = [one for one in self._drawn if one != name and one not in shown and not self._visits[one].waiting]
        for one in old[: max(0, len(self._drawn) - _DRAWINGS)]:
            self._drawn.remove(one)
            self._visits[one].series = {}
        waiting, visit.waiting = visit.waiting, []
        for go in waiting:
            go(series["lung"])
        self._pump()

    def _keep_slice(self, source: Source, index: int, hu: np.ndarray) -> None:
        volume = self._volumes.get(source)
        if volume is not None:
            wants = [want for want in self._present() if want.source == source]
            before = [(volume.has(want.ask), volume.stamp(want.ask)) for want in wants]
            volume.put(index, hu)
            if source in self._whole:
                self._tell_whole(source)
            self._pump()
            for want, old in zip(wants, before, strict=True):
                if (volume.has(want.ask), volume.stamp(want.ask)) != old and not volume.dear(want.ask):
                    self.arrived.emit(want.ask)
        else:
            self._pump()

    def _tell_whole(self, source: Source) -> None:
        volume = self._volume(source)
        if volume.left:
            self.progressed.emit(volume.share, f"Drawing the whole series of day {source[0][1]}")
        else:
            self._whole.remove(source)
            self.progressed.emit(1.0, "")

    def _make_dear(self) -> None:
        """Have pictures that take long made in the lane."""
        asks = {want.ask for want in self._present()}
        for ask in [ask for ask in self._making if ask not in asks]:
            self._making.pop(ask).cancel()
        for ask in asks - set(self._making):
            volume = self._volume((ask.scan, ask.kernel))
            if volume.dear(ask) and volume.has(ask) and volume.kept(ask) is None:
                self._make(ask, volume)

    def _make(self, ask: Ask, volume: Volume) -> None:
        stamp, hu, there, lattice = volume.stamp(ask), volume.hu, volume.there.copy(), volume.lattice

        def take(frame: Frame) -> None:
            self._making.pop(ask)
            volume.keep(ask, frame, stamp)
            self.arrived.emit(ask)
            self._make_dear()

        def fail(error: Exception) -> None:
            self.failed.emit(f"A slab cannot be made: {error}")

        self._making[ask] = self._lane.run(lambda _: lattice.picture(ask, hu, there), take, fail)

    # What really is there

    def opacity_at(self, name: Name, place_mm: Place, then: Callable[[int | None], None]) -> None:
        """Find out the label of the opacity at a place, as marks are scored; shown to nobody.

        Raises
        ------
        ValueError
            If no radius was given.
        """
        radius_mm = self._radius_mm
        if radius_mm is None:
            raise ValueError("no radius of marks was given")

        visit = self._visits[name]

        def go(series: Series) -> None:
            def done(label: int | None) -> None:
                visit.searches.remove(lookup)
                then(label)

            lookup = Lookup(self._lane, series, place_mm, radius_mm, done, self._not_found)
            visit.searches.append(lookup)

        self._once_drawn(visit, go)

    def truth(self, ask: Ask, then: Callable[[dict[int, np.ndarray]], None]) -> None:
        """Find out the masks, by label, of the opacities in an axial slice; other planes have none."""
        if ask.plane != "axial":
            then({})
            return
        visit = self._visits[ask.scan]

        def go(series: Series) -> None:
            def done(masks: dict[int, np.ndarray]) -> None:
                visit.searches.remove(call)
                then(masks)

            call = self._lane.run(lambda _: series.truth(ask.index), done, self._not_found, priority=Priority.NEXT)
            visit.searches.append(call)

        self._once_drawn(visit, go)

    def _once_drawn(self, visit: _Visit, go: Callable[[Series], None]) -> None:
        if visit.series:
            go(visit.series["lung"])
        else:
            visit.waiting.append(go)
            self._pump()

    def _not_found(self, error: Exception) -> None:
        self.failed.emit(f"What lies there cannot be found out: {error}")
