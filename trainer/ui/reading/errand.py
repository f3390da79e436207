"""What is to be drawn next: what somebody waits for, what comes into sight next, then the rest. Pure decisions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from trainer.ui.reading.scan import Ask
from trainer.ui.reading.volume import Source, Volume
from trainer.ui.work import Priority

_AHEAD, _BEHIND, _AROUND = 10, 2, 5  # neighbours in the direction of scrolling, against it, and at rest; judgement
_FILLING = 3  # candidates of a volume that fills; no more are in work at once


@dataclass(frozen=True)
class Errand:
    """One slice to be drawn, or the drawing that all slices of a scan need first.

    Parameters
    ----------
    source : tuple
        Scan's name and kernel.
    index : int or None
        Slice; None is the scan's drawing.
    """

    source: Source
    index: int | None


@dataclass(frozen=True)
class Want:
    """What a pane shows, and where it is going.

    Parameters
    ----------
    ask : Ask
    step : int
        Direction of scrolling, 1, -1 or 0.
    """

    ask: Ask
    step: int = 0

    @property
    def source(self) -> Source:
        """Scan's name and kernel."""
        return self.ask.scan, self.ask.kernel


def moved(asks: Sequence[Ask], before: Sequence[Want]) -> list[Want]:
    """Return what is shown now with the direction in which each pane went since ``before``.

    Panes are told apart by scan, kernel and plane, and by their order where these agree. One that stands still
    keeps its direction.
    """
    past: dict[tuple[Source, str], list[Want]] = {}
    for want in before:
        past.setdefault((want.source, want.ask.plane), []).append(want)
    out = []
    for ask in asks:
        same = past.get(((ask.scan, ask.kernel), ask.plane))
        if not same:
            out.append(Want(ask))
            continue
        old = same.pop(0)
        way = ask.index - old.ask.index
        out.append(Want(ask, (way > 0) - (way < 0) if way else old.step))
    return out


def errands(
    wants: Sequence[Want],
    whole: Sequence[Source],
    halted: Collection[Source],
    volume_of: Callable[[Source], Volume],
    drawn: Callable[[Source], bool],
) -> Iterator[tuple[Priority, Errand]]:
    """Yield what to draw, the most wanted first; an errand may come twice.

    Parameters
    ----------
    wants : sequence of Want
        What is on show.
    whole : sequence of tuple
        Sources that are wanted entirely, for planes that cut across all slices.
    halted : collection of tuple
        Sources that are not to be filled beyond what is shown.
    volume_of : callable
        Gives the volume of a source.
    drawn : callable
        Whether the scan's drawing is there.
    """
    axial = [want for want in wants if want.ask.plane == "axial"]
    sources = list(dict.fromkeys([*(want.source for want in wants), *whole]))
    waiting = {source for source in sources if not drawn(source)}
    for want in wants:
        if want.source in waiting:
            yield Priority.SHOWN, Errand(want.source, None)
    for want in axial:
        if want.source not in waiting:
            volume = volume_of(want.source)
            shown = volume.lattice.slices_of(want.ask)
            missing = [index for index in shown if not volume.there[index]]
            for _, index in sorted((abs(index - want.ask.index), index) for index in missing):
                yield Priority.SHOWN, Errand(want.source, index)
    near = [_neighbours(want, volume_of(want.source)) for want in axial if want.source not in waiting]
    for row in zip_longest(*near):
        yield from ((Priority.NEXT, errand) for errand in row if errand is not None)
    for source in whole:
        if source in waiting:
            yield Priority.NEXT, Errand(source, None)
        else:
            yield from ((Priority.NEXT, one) for one in _filling(source, axial, volume_of(source)))
    rest = [s for s in sources if s not in halted and s not in waiting and s not in whole]
    for row in zip_longest(*(_filling(source, axial, volume_of(source)) for source in rest)):
        yield from ((Priority.AHEAD, errand) for errand in row if errand is not None)


def _neighbours(want: Want, volume: Volume) -> Iterator[Errand]:
    """Yield the slices beside what is shown that are not there, the soonest wanted first."""
    shown = volume.lattice.slices_of(want.ask)
    up = _AHEAD if want.step > 0 else _BEHIND if want.step < 0 else _AROUND
    down = _AHEAD if want.step < 0 else _BEHIND if want.step > 0 else _AROUND
    for away in range(1, max(up, down) + 1):
        for index, reach in ((shown.stop - 1 + away, up), (shown.start - away, down)):
            if away <= reach and 0 <= index < len(volume.there) and not volume.there[index]:
                yield Errand(want.source, index)


def _filling(source: Source, axial: Sequence[Want], volume: Volume) -> Iterator[Errand]:
    """Yield the next slices of a volume that fills, outwards from what is shown."""
    at = next((want.ask.index for want in axial if want.source == source), len(volume.there) // 2)
    for index in volume.missing(at, _FILLING):
        yield Errand(source, index)
