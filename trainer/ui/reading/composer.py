"""Puts together what lies over each picture: texts, marks, measurements, lines, and in the debrief the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from trainer.ui.reading.overlay import corners, letters, role_text
from trainer.ui.reading.reader import Reader
from trainer.ui.reading.scan import Ask, Frame
from trainer.ui.reading.scene import Line, Outline, Scene, cut, dots, measures, outline_of
from trainer.ui.reading.views import Views

if TYPE_CHECKING:
    from trainer.ui.reading.pictures import Pictures

_OUTLINES: Final = 64


class Composer:
    """Makes the scene of each pane.

    Parameters
    ----------
    pictures : Pictures
    reader : Reader
    views : Views
    told_more : callable
        Called when outlines are there that were not.
    """

    def __init__(self, pictures: Pictures, reader: Reader, views: Views, told_more: Callable[[], None]) -> None:
        self._pictures, self._reader, self._views, self._told_more = pictures, reader, views, told_more
        self._layers: Mapping[int, str] | None = None
        self._outlines: dict[Ask, tuple[Outline, ...] | None] = {}

    def forget(self) -> None:
        """Another patient: the outlines of this one are gone."""
        self._outlines.clear()

    def scene(self, n: int, frames: Mapping[int, Frame | None], count: int, cuts: bool) -> Scene:
        """Return what lies over the picture of a pane.

        Parameters
        ----------
        n : int
            Of the pane.
        frames : mapping
            The pictures of all panes on show.
        count : int
            Slices of its plane.
        cuts : bool
            Whether lines show where the others cut.
        """
        state = self._views.panes[n]
        frame = frames[n]
        sheet = self._reader.book.sheet
        stands_in = frame is None or frame.ask != state.ask
        text = corners(
            state,
            count=count,
            position_mm=self._pictures.position_mm(state.ask),
            spacing_mm=self._pictures.spacing_mm(state.scan)[("axial", "coronal", "sagittal").index(state.plane)],
            thickness_mm=self._pictures.thickness_mm(state.scan),
            kernel=self._pictures.reconstruction(state.kernel),
            role=role_text(state.scan, self._views.names),
            shown=frame.ask.index if frame is not None and stands_in else None,
            key_image=state.plane == "axial" and (state.scan, state.index, state.kernel) in sheet.key_images,
            complete=frame is None or frame.complete,
        )
        alike = [m for m in frames if m != n and self._views.panes[m].plane == state.plane]
        linked = self._views.linked and bool(alike)
        flicker = "flicker" if self._views.flickers == n else ""
        if frame is None:
            return Scene(text, linked=linked, flicker=flicker, waiting=True)
        lines, ovals = ((), ()) if stands_in else measures(sheet, frame)
        if cuts:
            lines += tuple(self._cuts_in(n, frame, frames))
        pending = self._reader.pending
        return Scene(
            text,
            letters(frame),
            dots(sheet, frame, self._reader.chosen, frozenset(self._reader.locked)),
            lines,
            ovals,
            () if stands_in else self._outlined(frame.ask),
            self._views.cursor_in(frame),
            None if pending is None or pending[0].ask != frame.ask else frame.pixel_of(pending[1]),
            linked,
            flicker,
            stands_in,
        )

    def _cuts_in(self, n: int, frame: Frame, frames: Mapping[int, Frame | None]) -> list[Line]:
        found = []
        for m, other in frames.items():
            if m != n and other is not None and other.ask.scan == frame.ask.scan:
                line = cut(frame, other)
                if line is not None:
                    found.append(replace(line, active=m == self._views.active))
        return found

    def set_layers(self, layers: Mapping[int, str] | None) -> None:
        """Outline opacities by their number in the series, with a name for each; None takes the outlines away."""
        self._layers = layers
        self._outlines.clear()

    def _outlined(self, ask: Ask) -> tuple[Outline, ...]:
        if self._layers is None or ask.plane != "axial":
            return ()
        if ask not in self._outlines:
            if len(self._outlines) >= _OUTLINES:
                self._outlines.pop(next(iter(self._outlines)))
            self._outlines[ask] = None
            self._pictures.truth(ask, partial(self._told, ask))
        return self._outlines[ask] or ()

    def _told(self, ask: Ask, masks: dict[int, np.ndarray]) -> None:
        if self._layers is None or ask not in self._outlines:
            return
        order = sorted(self._layers)
        self._outlines[ask] = tuple(
            outline_of(mask, self._layers[label], order.index(label))
            for label, mask in masks.items()
            if label in self._layers
        )
        self._told_more()
