"""Has slices drawn, the most wanted first, and keeps them. Lives on the window's thread; only jobs go to the lane."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count

import numpy as np

from trainer.chest.protocol import Kernel
from trainer.chest.series import Series
from trainer.ui.reading.errand import Errand, Want, errands, moved
from trainer.ui.reading.scan import Ask, Frame
from trainer.ui.reading.visit import Visit
from trainer.ui.reading.volume import Source, Volume, Volumes
from trainer.ui.work import Call, Lane, Priority

_QUEUED = 2  # one in work and one behind it, so that the lane never waits for the window's thread
_DRAWINGS = 6  # scans whose drawing is kept, 3 to 17 MB each
_OTHER_KERNEL = 2  # a slice of the other kernel stands in for one whose own neighbours are farther off than this


class _Flight:
    """An errand that is in the lane."""

    def __init__(self, priority: Priority, errand: Errand) -> None:
        self.priority, self.errand = priority, errand
        self.begun = False
        self.call: Call | None = None


class Easel:
    """The open visits of a patient, their slices that are there, and the work on those that are not.

    Parameters
    ----------
    lane : Lane
    arrived : callable
        Told what is on show and can be had now, or better than before.
    progressed : callable
        Told the share and name of a whole volume; 1 and "" at the end.
    failed : callable
        Told in one line what cannot be drawn.
    volumes : int
        Most series kept, of one kernel each.
    """

    def __init__(
        self,
        lane: Lane,
        arrived: Callable[[Ask], None],
        progressed: Callable[[float, str], None],
        failed: Callable[[str], None],
        volumes: int,
    ) -> None:
        self._lane = lane
        self._arrived, self._progressed, self._failed = arrived, progressed, failed
        self.visits: dict[tuple[str, int], Visit] = {}
        self._volumes = Volumes(volumes)
        self._drawn: list[tuple[str, int]] = []
        self._wants: list[Want] = []
        self._whole: list[Source] = []
        self._halted: set[Source] = set()
        self._broken: set[Errand] = set()
        self._flights: list[_Flight] = []
        self._making: dict[Ask, Call] = {}
        self._turn = count(1)
        self._served: dict[Source, int] = {}

    def forget(self, name: tuple[str, int]) -> None:
        """Drop a visit and all work on it."""
        for cancel in self.visits.pop(name).cancels:
            cancel()
        self._volumes.drop(name)
        self._drawn = [one for one in self._drawn if one != name]
        self._whole = [source for source in self._whole if source[0] != name]
        self._halted = {source for source in self._halted if source[0] != name}
        self._broken = {errand for errand in self._broken if errand.source[0] != name}
        for flight in [flight for flight in self._flights if flight.errand.source[0] == name]:
            self._drop(flight)
        for ask in [ask for ask in self._making if ask.scan == name]:
            self._making.pop(ask).cancel()

    def clear(self) -> None:
        """Drop everything."""
        for name in list(self.visits):
            self.forget(name)
        self._wants = []
        self._served.clear()

    # What is on show

    def now(self, ask: Ask) -> Frame | None:
        """Return a picture at once: the one, or the nearest that is ready, or None."""
        visit = self.visits.get(ask.scan)
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
            return older or (one.frame(_single(ask, one, ask.index)) if one is not None else None)
        found = []
        for one, penalty in ((volume, 0), (other, _OTHER_KERNEL)):
            index = one.nearest(ask.index) if one is not None else None
            if one is not None and index is not None:
                found.append((abs(index - ask.index) + penalty, penalty, index, one))
        if not found:
            return None
        _, _, index, one = min(found, key=lambda entry: entry[:2])
        return one.frame(_single(ask, one, index))

    def want(self, asks: Sequence[Ask]) -> None:
        """Say what is on show now."""
        self._wants = moved(asks, self._wants)
        for want in self._wants:
            if want.ask.scan in self.visits:
                self._volume(want.source)
        self.pump()

    def want_whole(self, name: tuple[str, int], kernel: Kernel) -> None:
        """Draw all slices of a visit."""
        source = name, kernel
        self._halted.discard(source)
        if name in self.visits and source not in self._whole and self._volume(source).left:
            self._whole.append(source)
            self._tell_whole(source)
        self.pump()

    def cancel_whole(self) -> None:
        """Draw no more of whole volumes than what is shown and its neighbours."""
        if self._whole:
            self._halted.update(self._whole)
            self._whole.clear()
            self._progressed(1.0, "")
        self.pump()

    def once_drawn(self, visit: Visit, go: Callable[[Series], None]) -> None:
        """Do something with the series of a visit as soon as it has its drawing."""
        if visit.series:
            go(visit.series["lung"])
        else:
            visit.waiting.append(go)
            self.pump()

    def _shown(self) -> set[Source]:
        return {*(want.source for want in self._wants), *self._whole}

    def _volume(self, source: Source) -> Volume:
        return self._volumes.open(source, self.visits[source[0]].lattice, self._shown())

    def _present(self) -> list[Want]:
        """Return the wants that there is something for."""
        return [
            want
            for want in self._wants
            if want.ask.scan in self.visits
            and 0 <= want.ask.index < self.visits[want.ask.scan].lattice.count(want.ask.plane)
        ]

    # Work

    def pump(self) -> None:
        """Put the next errands into the lane, and take out those that are no longer the next."""
        busy = {flight.errand for flight in self._flights if flight.begun}
        tops: dict[Errand, Priority] = {}
        for priority, errand in self._errands({errand.source for errand in busy}):
            if errand not in busy and errand not in self._broken:
                tops.setdefault(errand, priority)
                if len(tops) == _QUEUED:
                    break
        for flight in [flight for flight in self._flights if not flight.begun]:
            if tops.get(flight.errand) != flight.priority:
                self._drop(flight)
        under_way = {flight.errand for flight in self._flights}
        for errand, priority in tops.items():
            if errand not in under_way:
                self._send(priority, errand)
        self._make_dear()

    def _errands(self, busy: set[Source]) -> Iterator[tuple[Priority, Errand]]:
        # Panes take turns: one that scrolls faster than slices come must not keep the others waiting for ever.
        wants = sorted(self._present(), key=lambda want: (want.source in busy, self._served.get(want.source, 0)))
        asked = [
            (Priority.NEXT, Errand((name, "lung"), None))
            for name, visit in self.visits.items()
            if visit.waiting and not visit.series
        ]
        return chain(
            errands(wants, self._whole, self._halted, self._volume, lambda source: bool(self.visits[source[0]].series)),
            asked,
        )

    def _send(self, priority: Priority, errand: Errand) -> None:
        flight = _Flight(priority, errand)
        visit = self.visits[errand.source[0]]
        self._flights.append(flight)

        def fail(error: Exception) -> None:
            self._flights.remove(flight)
            self._broken.add(errand)
            self._failed(f"A picture of day {visit.scan.day} cannot be drawn: {error}")
            self.pump()

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

    def _keep_drawing(self, visit: Visit, series: dict[Kernel, Series]) -> None:
        name = visit.scan.name
        visit.series = series
        self._drawn.append(name)
        shown = {source[0] for source in self._shown()}
        old = [one for one in self._drawn if one != name and one not in shown and not self.visits[one].waiting]
        for one in old[: max(0, len(self._drawn) - _DRAWINGS)]:
            self._drawn.remove(one)
            self.visits[one].series = {}
        waiting, visit.waiting = visit.waiting, []
        for go in waiting:
            go(series["lung"])
        self.pump()

    def _keep_slice(self, source: Source, index: int, hu: np.ndarray) -> None:
        self._served[source] = next(self._turn)
        volume = self._volumes.get(source)
        if volume is None:
            self.pump()
            return
        wants = [want for want in self._present() if want.source == source]
        before = [(volume.has(want.ask), volume.stamp(want.ask)) for want in wants]
        volume.put(index, hu)
        if source in self._whole:
            self._tell_whole(source)
        self.pump()
        for want, old in zip(wants, before, strict=True):
            if (volume.has(want.ask), volume.stamp(want.ask)) != old and not volume.dear(want.ask):
                self._arrived(want.ask)

    def _tell_whole(self, source: Source) -> None:
        volume = self._volume(source)
        if volume.left:
            self._progressed(volume.share, f"Drawing the whole series of day {source[0][1]}")
        else:
            self._whole.remove(source)
            self._progressed(1.0, "")

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
            self._arrived(ask)
            self._make_dear()

        def fail(error: Exception) -> None:
            self._failed(f"A slab cannot be made: {error}")

        self._making[ask] = self._lane.run(lambda _: lattice.picture(ask, hu, there), take, fail)


def _single(ask: Ask, volume: Volume, index: int) -> Ask:
    return replace(ask, index=index, slab_mm=0.0, slab="mean", kernel=volume.source[1])
