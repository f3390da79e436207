"""Compiling the engine ahead of its first use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from trainer.core.compilation import begin_compiling, counting, is_compiled, mark_compiled
from trainer.course.beginning import at_onset, keys_again
from trainer.course.future import Programs, Regimens, Rules, Treatment, carry
from trainer.course.kernel import BATCH_FOR_THREADS, CHANNELS, advance_day
from trainer.course.parameter import Parameters
from trainer.course.state import PATIENT

_PACKAGE: Final = Path(__file__).parent
_KERNELS: Final = 200


def is_warm() -> bool:
    """Return whether the engine needs no compiling on this machine."""
    return is_compiled(_PACKAGE)


def warm(parameters: Parameters, tell: Callable[[float], None] = lambda _: None) -> None:
    """Compile the engine, where it is not yet, by carrying patients through a day (less than a minute).

    Parameters
    ----------
    parameters : Parameters
    tell : callable
        Told the share that is done, about; what it raises breaks it off, and the next call goes on from there.
    """
    if is_warm():
        return
    begin_compiling(_PACKAGE)
    with counting(_PACKAGE, _KERNELS, tell):
        keys_again(np.arange(1, dtype=np.uint64), 1)
        for count in (1, BATCH_FOR_THREADS):
            state = at_onset(parameters, np.zeros(count, np.int64), np.arange(count, dtype=PATIENT["key"]))
            advance_day(state, parameters, np.zeros((count, CHANNELS)), 0)
            none, all_none = Regimens.none(1, 1), Regimens.none(len(parameters.ids), 1)
            programs = Programs(none, np.zeros(1, np.int64), np.zeros(1, np.int64))
            rules = Rules(symptom=1.0, spo2=0.0, look=7, oxygen_below=0.0, hypoxaemia_from=1.0, hypoxaemia_worst=0.0)
            treatment = Treatment(all_none, all_none, all_none)
            carry(state, parameters, np.zeros(count, np.int64), programs, treatment, rules, 1)
    mark_compiled(_PACKAGE)
