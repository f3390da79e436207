"""Finding a disease by any word for it, and by small slips. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import fuzz, utils

from trainer.encounter.order import MOST_MATCHES
from trainer.knowledge.disease import Disease
from trainer.knowledge.statement import OTHER

HEALTHY = "healthy"
OTHER_NAME = "Other disease"
_LEAST = 75.0  # below this a match is no longer what was meant, as for orders


class DiseaseFinder:
    """All diseases that can be believed in, by name and synonym.

    Parameters
    ----------
    diseases : mapping of str to Disease
    """

    def __init__(self, diseases: Mapping[str, Disease]) -> None:
        self._names = {one.id: one.name for one in diseases.values() if one.id != HEALTHY} | {OTHER: OTHER_NAME}
        self._words = [
            (utils.default_process(word), one.id, word)
            for one in diseases.values()
            if one.id != HEALTHY
            for word in (one.name, *one.synonyms, one.id.replace("-", " "))
        ]
        self._words.append(("other", OTHER, OTHER_NAME))

    def name(self, identifier: str) -> str:
        """Return the name of a disease."""
        return self._names.get(identifier, identifier)

    def find(self, typed: str, most: int = MOST_MATCHES) -> list[tuple[str, str]]:
        """Return what the typed text may mean, likeliest first: identifiers and names with the word that matched."""
        wanted = utils.default_process(typed)
        if not wanted:
            return []
        best: dict[str, tuple[float, str]] = {}
        for plain, identifier, word in self._words:
            score = _score(wanted, plain)
            if score > best.get(identifier, (0.0, ""))[0]:
                best[identifier] = (score, word)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], self.name(item[0])))
        return [(identifier, self._said(identifier, word)) for identifier, (_, word) in ranked[:most]]

    def _said(self, identifier: str, word: str) -> str:
        name = self.name(identifier)
        return name if word.lower() == name.lower() or word == identifier.replace("-", " ") else f"{name} ({word})"


def _score(wanted: str, word: str) -> float:
    if word == wanted:
        return 100.0
    if word.startswith(wanted):
        return 95.0
    if any(part.startswith(wanted) for part in word.split()):
        return 92.0
    if len(wanted) < 4:
        return 0.0
    alike = max(fuzz.token_sort_ratio(wanted, word), *(fuzz.ratio(wanted, part) for part in word.split()))
    return 0.9 * alike if alike >= _LEAST else 0.0
