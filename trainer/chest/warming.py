"""Compiling the chest ahead of its first use."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.core.compilation import begin_compiling, is_compiled, mark_compiled
from trainer.course.opacity import OPACITY, ChestState
from trainer.course.person import Person

_PACKAGE = Path(__file__).parent
_SCALE = 4  # the kernels are the same whatever the size
_ANYONE = Person(key=1, sex="F", age_years=60.0, height_cm=165.0, weight_kg=68.0)


def is_warm() -> bool:
    """Return whether the chest needs no compiling on this machine."""
    return is_compiled(_PACKAGE)


def warm() -> None:
    """Compile the chest, where it is not yet, by building and scanning a coarse one (a minute or two)."""
    if is_warm():
        return
    begin_compiling(_PACKAGE)
    opacity = np.zeros(1, OPACITY)
    opacity["label"], opacity["lobe"], opacity["height"], opacity["depth"] = 1, 2, 0.5, 0.1
    opacity["volume_ml"], opacity["fill"], opacity["pace"], opacity["bronchocentric"] = 40.0, 0.7, 1.0, 0.5
    anatomy = build_anatomy(_ANYONE, scale=_SCALE)
    state = ChestState(tick=0, opacities=opacity, effusion_left_ml=50.0, mosaic=0.5, node_mm=9.0)
    Series(anatomy, state, Protocol(matrix=128), 1).slice(5)
    mark_compiled(_PACKAGE)
