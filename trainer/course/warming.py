"""Compiling the engine ahead of its first use."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trainer.core.compilation import is_compiled, mark_compiled
from trainer.course.beginning import at_onset
from trainer.course.kernel import CHANNELS, advance_day
from trainer.course.parameter import Parameters
from trainer.course.state import PATIENT

_NAME = "course"
_PACKAGE = Path(__file__).parent


def is_warm() -> bool:
    """Return whether the engine needs no compiling on this machine."""
    return is_compiled(_NAME, _PACKAGE)


def warm(parameters: Parameters) -> None:
    """Compile the engine by carrying one patient through one day (about half a minute the first time)."""
    state = at_onset(parameters, np.zeros(1, np.int64), np.zeros(1, PATIENT["key"]))
    advance_day(state, parameters, np.zeros((1, CHANNELS)), 0)
    mark_compiled(_NAME, _PACKAGE)
