"""What stops the clock on its way: death, deterioration, a call from the patient, a result.

Nothing here is hidden from whoever stands at the bedside: vital signs, what the patient feels and tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.core.time import TICKS_PER_DAY
from trainer.encounter.bedside import Bedside
from trainer.encounter.event import Interrupt, InterruptKind

QUIET_DAYS = 14
"""A patient who has just been seen for something does not call for the same again within these; judgement."""

LOW_SATURATION = 88.0  # oxygen saturation below which one comes to hospital (BTS oxygen guideline, O'Driscoll 2017)
_HIGH_FEVER_C = 39.0  # judgement
_MUCH_WORSE, _FELT = 1.4, 0.3  # ratio and level of symptoms at which a patient calls; judgement


@dataclass(frozen=True)
class _Sign:
    """Something that stops the clock when it is there and was not on the day before."""

    kind: InterruptKind
    there: Callable[[np.void, np.void, int], bool]  # patient today, patient at the last visit, today's tick
    text: Callable[[np.void], str]


def _happened(name: str) -> Callable[[np.void, np.void, int], bool]:
    return lambda patient, _, tick: bool(patient[f"{name}_tick"] < tick)


_SIGNS: tuple[_Sign, ...] = (
    _Sign("death", _happened("death"), lambda _: "The patient has died."),
    _Sign(
        "deterioration",
        lambda p, last, _: bool(p["spo2_percent"] < LOW_SATURATION <= last["spo2_percent"]),
        lambda p: f"Short of breath at rest: saturation has fallen to {p['spo2_percent']:.0f} %.",
    ),
    _Sign(
        "deterioration",
        lambda p, last, _: bool(p["temperature_c"] >= _HIGH_FEVER_C > last["temperature_c"]),
        lambda p: f"Shivering, with a temperature of {p['temperature_c']:.1f} degrees.",
    ),
    _Sign("deterioration", _happened("infection"), lambda _: "Comes in ill with a new infection."),
    _Sign(
        "deterioration",
        _happened("pjp"),
        lambda _: "Comes in breathless with a dry cough; the wash shows Pneumocystis.",
    ),
    _Sign("deterioration", _happened("embolus"), lambda _: "Sudden pain in the side and breathlessness."),
    _Sign("deterioration", _happened("adrenal"), lambda _: "Faint, vomiting, with a low blood pressure."),
    _Sign("deterioration", _happened("fracture"), lambda _: "Sudden back pain: a vertebra has broken."),
    _Sign("call", _happened("mood"), lambda _: "The family calls: sleepless, elated, not to be reasoned with."),
    _Sign("call", _happened("diabetes"), lambda _: "Calls about thirst and passing water at night."),
    _Sign(
        "call",
        lambda p, last, _: bool(p["symptom"] >= max(_FELT, _MUCH_WORSE * last["symptom"])),
        lambda _: "Calls: feels clearly worse than at the last visit.",
    ),
)
RELAPSE = "Calls: cough, fever and breathlessness are back, as at the beginning."


def interrupts(bedside: Bedside, visits: Sequence[int], day: int, before: Sequence[str]) -> list[Interrupt]:
    """Return what the patient brings on a day.

    Parameters
    ----------
    bedside : Bedside
        Carried as far as ``day``.
    visits : sequence of int
        Days on which the clock has stood, the last visit last.
    day : int
        Later than the last visit.
    before : sequence of str
        What was told within the last `QUIET_DAYS`; it is not told again.
    """
    today, yesterday, last = bedside.patient(day), bedside.patient(day - 1), bedside.patient(visits[-1])
    tick = day * TICKS_PER_DAY
    found = [
        Interrupt(kind=sign.kind, text=sign.text(today))
        for sign in _SIGNS
        if sign.there(today, last, tick) and not sign.there(yesterday, last, tick - TICKS_PER_DAY)
    ]
    if bedside.relapsing(day):
        found.append(Interrupt(kind="call", text=RELAPSE))
    return [one for one in found if one.kind == "death" or _stem(one.text) not in {_stem(text) for text in before}]


def _stem(text: str) -> str:
    """Return what a text says without its figures."""
    return "".join(letter for letter in text if not letter.isdigit())
