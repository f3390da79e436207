"""Compiling the chest ahead of its first use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.anatomy.model import Anatomy
from trainer.chest.display import window_level
from trainer.chest.enlargement import HUS, enlarge, shrink
from trainer.chest.imported.assembly import import_chest
from trainer.chest.imported.source import Source
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.core.compilation import begin_compiling, counting, is_compiled, mark_compiled
from trainer.course.opacity import OPACITY, ChestState
from trainer.course.person import Person

_PACKAGE: Final = Path(__file__).parent
_KERNELS: Final = 395
_SCALE: Final = 4  # the kernels are the same whatever the size
_ANYONE: Final = Person(key=1, sex="F", age_years=60.0, height_cm=165.0, weight_kg=68.0)


def is_warm() -> bool:
    """Return whether the chest needs no compiling on this machine."""
    return is_compiled(_PACKAGE)


def warm(tell: Callable[[float], None] = lambda _: None) -> None:
    """Compile the chest, where it is not yet, by building, scanning and showing a coarse one (a minute or two).

    Parameters
    ----------
    tell : callable
        Told the share that is done, about; what it raises breaks it off, and the next call goes on from there.
    """
    if is_warm():
        return
    begin_compiling(_PACKAGE)
    opacity = np.zeros(1, OPACITY)
    opacity["label"], opacity["lobe"], opacity["height"], opacity["depth"] = 1, 2, 0.5, 0.1
    opacity["volume_ml"], opacity["fill"], opacity["pace"], opacity["bronchocentric"] = 40.0, 0.7, 1.0, 0.5
    with counting(_PACKAGE, _KERNELS, tell):
        anatomy = build_anatomy(_ANYONE, scale=_SCALE)
        state = ChestState(tick=0, opacities=opacity, effusion_left_ml=50.0, mosaic=0.5, node_mm=9.0)
        for chest in (anatomy, _imported(anatomy)):
            _show(Series(chest, state, Protocol(matrix=128), 1).slice(5))
    mark_compiled(_PACKAGE)


def _imported(anatomy: Anatomy) -> Anatomy:
    """Return a built chest as it is when its own densities are imported."""
    spacing = anatomy.grid.spacing_mm
    return import_chest(Source(anatomy.hu, spacing, spacing[0]), force=True, scale=_SCALE).anatomy


def _show(hu: np.ndarray) -> None:
    """Fill a pane as the window does: with arrays that may be written, and with such as may not."""
    window_level(hu, -600.0, 1500.0)
    colours, pane = np.zeros(HUS, np.uint32), np.empty((8, 8), np.uint32)
    kept, own = hu.view(), hu.copy()
    kept.flags.writeable = colours.flags.writeable = False
    for picture in (kept, own):
        enlarge(picture, colours, 0.0, 1.0, 0.0, 1.0, pane)
        shrink(picture, 2, 2)
