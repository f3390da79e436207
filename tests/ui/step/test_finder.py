"""What is typed finds the disease that was meant."""

import pytest

from trainer.knowledge.library import library
from trainer.knowledge.statement import OTHER
from trainer.ui.step.finder import DiseaseFinder

FINDER = DiseaseFinder(library().diseases)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("COP", "cop"), ("cryptogenic", "cop"), ("pneumonia", "bacterial"), ("TB", "tuberculosis"),
        ("tubercolosis", "tuberculosis"), ("Jo-1", "op-antisynthetase"), ("other", OTHER), ("PE", "infarct"),
        ("hypersensitivty", "hypersensitivity"), ("lung cancer", "adenocarcinoma"),
    ],
)  # fmt: skip
def test_names_synonyms_and_slips_are_found_first(typed, meant):
    assert FINDER.find(typed)[0][0] == meant


def test_every_word_for_a_disease_finds_it_and_nobody_is_healthy():
    for disease in library().diseases.values():
        for word in (disease.name, *disease.synonyms):
            found = [identifier for identifier, _ in FINDER.find(word)]
            assert (disease.id in found) == (disease.id != "healthy"), word


def test_nonsense_finds_nothing():
    assert FINDER.find("zzzzzz") == FINDER.find(" ") == []
