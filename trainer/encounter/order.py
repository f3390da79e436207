"""Finding what a learner means to order: names, synonyms, abbreviations, small typing errors; and doses in writing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, utils

from trainer.core.error import BadInput
from trainer.knowledge.investigation import Investigation
from trainer.knowledge.plan import Step
from trainer.knowledge.treatment import Treatment

MOST_MATCHES = 7
_LEAST_SCORE = 75.0  # below this a match is no longer what was meant; judgement
_SHORT = 3  # letters up to which only the very word counts: "CT" is no misspelt "CK"


@dataclass(frozen=True)
class Match:
    """Something that can be ordered.

    Parameters
    ----------
    kind : {"test", "treatment"}
    id, name : str
    word : str
        The name or synonym that matched.
    score : float
        100 for the very word, downwards.
    """

    kind: Literal["test", "treatment"]
    id: str
    name: str
    word: str
    score: float


class Catalogue:
    """Everything that can be ordered, by every word for it.

    Parameters
    ----------
    tests : mapping of str to Investigation
    treatments : mapping of str to Treatment
    """

    def __init__(self, tests: Mapping[str, Investigation], treatments: Mapping[str, Treatment]) -> None:
        self._words: list[str] = []
        self._things: list[tuple[Literal["test", "treatment"], Investigation | Treatment]] = []
        for test in tests.values():
            self._add("test", test)
        for treatment in treatments.values():
            self._add("treatment", treatment)
        self._plain = [utils.default_process(word) for word in self._words]

    def _add(self, kind: Literal["test", "treatment"], thing: Investigation | Treatment) -> None:
        for word in dict.fromkeys((thing.name, *thing.synonyms, thing.id.replace("-", " "))):
            self._words.append(word)
            self._things.append((kind, thing))

    def find(self, typed: str, most: int = MOST_MATCHES) -> list[Match]:
        """Return what the typed text may mean, likeliest first, each thing once.

        The very word comes first, then what begins with it, then what is spelt nearly so.
        """
        wanted = utils.default_process(typed)
        if not wanted:
            return []
        found: dict[str, Match] = {}
        for index, score in self._scores(wanted):
            kind, thing = self._things[index]
            if thing.id not in found or found[thing.id].score < score:
                found[thing.id] = Match(kind, thing.id, thing.name, self._words[index], score)
        return sorted(found.values(), key=lambda m: (-m.score, len(m.word), m.name))[:most]

    def _scores(self, wanted: str) -> list[tuple[int, float]]:
        scores: list[tuple[int, float]] = []
        for index, word in enumerate(self._plain):
            if word == wanted:
                scores.append((index, 100.0))
            elif any(part.startswith(wanted) for part in (word, *word.split())):
                scores.append((index, 95.0 if word.startswith(wanted) else 92.0))
        if len(wanted) > _SHORT:
            scores += [(index, 0.9 * self._likeness(wanted, word)) for index, word in enumerate(self._plain)]
        return [(index, score) for index, score in scores if score >= 0.9 * _LEAST_SCORE]

    @staticmethod
    def _likeness(wanted: str, word: str) -> float:
        """Return how alike two names are, 0 to 100; one long word of a name counts a little less than all of it."""
        whole = fuzz.token_sort_ratio(wanted, word, score_cutoff=_LEAST_SCORE)
        parts = [fuzz.ratio(wanted, part, score_cutoff=_LEAST_SCORE) for part in word.split() if len(part) > _SHORT]
        return max([whole, *(0.95 * part for part in parts)])


_FOR = r"(x|for|over)? *(?P<count>\d{1,4}) ?(?P<span>d|days?|w|wks?|weeks?)"
_SPAN = re.compile(_FOR, re.IGNORECASE)
_STEP = re.compile(r"(?P<dose>\d{1,4}(\.\d{1,3})?) ?(?P<unit>mg/kg|mg)?( +| *x *)" + _FOR, re.IGNORECASE)


def _days(match: re.Match[str]) -> int:
    return int(match["count"]) * (7 if match["span"].lower().startswith("w") else 1)


def written_steps(text: str, treatment: Treatment) -> tuple[Step, ...]:
    """Return the steps of a course that is written out.

    Parameters
    ----------
    text : str
        For a steroid "0.75 mg/kg 4 weeks, 20 mg 28 d, 10 mg 6 w"; for any other drug how long it is given at its
        usual dose, "7 days".
    treatment : Treatment

    Raises
    ------
    BadInput
        If it cannot be read.
    """
    steroid = treatment.group == "glucocorticoid"
    wanted = "'0.75 mg/kg 28 days, 20 mg 4 weeks'" if steroid else "'7 days'"
    parts = [part.strip() for part in re.split(r"[,;]| then ", text) if part.strip()]
    if not parts:
        raise BadInput(f"{treatment.name}: say {'how much and ' if steroid else ''}how long, such as {wanted}")
    steps = []
    for part in parts:
        whole = _STEP.fullmatch(part) if steroid else None
        span = _SPAN.fullmatch(part)
        if whole is not None:
            steps.append(_step(float(whole["dose"]), (whole["unit"] or "mg").lower(), _days(whole), treatment))
        elif span is not None and not steroid:
            steps.append(_step(1.0, "1", _days(span), treatment))
        else:
            raise BadInput(f"{treatment.name}: {part!r} is not a step; write it such as {wanted}")
    return tuple(steps)


def _step(dose: float, unit: str, days: int, treatment: Treatment) -> Step:
    if dose <= 0:
        raise BadInput(f"{treatment.name}: a dose of nothing is no course; a treatment is ended by stopping it")
    try:
        return Step.model_validate({"dose": dose, "unit": unit, "days": days})
    except ValueError as error:
        raise BadInput(f"{treatment.name}: a step of {dose:g} {unit} for {days} days is out of range") from error
