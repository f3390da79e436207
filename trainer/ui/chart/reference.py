"""Reference ranges, as far as the knowledge files have them, and figures as a chart prints them. Knows no Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from trainer.knowledge.library import Library
from trainer.knowledge.number import Spread

Flag = Literal["", "high", "low"]

_FIGURE: Final = r"(\d+(?:\.\d+)?)"
_NORMAL: Final = re.compile(rf"; normal (below|to)?\s*(?:about )?{_FIGURE}(?: to {_FIGURE})?")
_FEVER: Final = re.compile(rf"temperature of {_FIGURE} °C or more")
_SPREADS_95: Final = 1.96  # standard deviations on either side that hold 95 % of a normal distribution
ARROWS: Final[dict[Flag, str]] = {"": "", "high": "↑", "low": "↓"}


@dataclass(frozen=True)
class Reference:
    """What is usual of a quantity.

    Parameters
    ----------
    low, high : float or None
        None where the knowledge files give no bound on this side.
    source : str
        Where it comes from, in a few words.
    """

    low: float | None
    high: float | None
    source: str

    def flag(self, value: float) -> Flag:
        """Return on which side a value lies outside."""
        if self.high is not None and value > self.high:
            return "high"
        return "low" if self.low is not None and value < self.low else ""

    def in_words(self, unit: str) -> str:
        """Return the range in words: "4 to 10 G/L", "up to 5 mg/L"."""
        tail = "" if unit == "1" else f" {unit}"
        if self.low is None:
            return f"up to {self.high:g}{tail}"
        return f"{self.low:g} or more{tail}" if self.high is None else f"{self.low:g} to {self.high:g}{tail}"


def references(library: Library) -> dict[str, Reference]:
    """Return the reference range of each finding that has one, by the finding's identifier.

    A definition in ``findings.yaml`` may end in "; normal below 5 mg/L", "; normal 4 to 10 G/L". What the body carries
    is held against healthy adults of ``body.yaml``, whose middle 95 % are the range; fever begins where its own
    definition has it. Nothing else has a range.
    """
    found = {}
    for name, finding in library.findings.items():
        said = _NORMAL.search(finding.definition)
        if said is not None:
            word, first, second = said.groups()
            low = float(first) if second is not None and word is None else None
            found[name] = Reference(low, float(second or first), "the definition of the finding")
    return {**found, **_of_the_healthy(library)}


def _of_the_healthy(library: Library) -> dict[str, Reference]:
    """Return the ranges of what the engine carries: low alone counts for lung function and saturation."""
    vitals, source = library.body.vitals, "the middle 95 % of healthy adults"
    lowest = {
        "forced-vital-capacity": vitals.fvc,
        "diffusing-capacity": vitals.dlco,
        "resting-saturation": vitals.spo2,
    }
    found = {name: Reference(_low(spread), None, source) for name, spread in lowest.items() if name in library.findings}
    fever = library.findings.get("fever")
    said = _FEVER.search(fever.definition) if fever is not None else None
    if said is not None:
        found["temperature"] = Reference(
            round(_low(vitals.temperature), 1), float(said[1]), "healthy adults, and the definition of fever"
        )
    return found


def _low(spread: Spread) -> float:
    return float(round(spread.centre - _SPREADS_95 * spread.spread, 1))
