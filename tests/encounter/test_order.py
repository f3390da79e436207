"""What is typed finds what was meant."""

import pytest

from trainer.core.error import BadInput
from trainer.encounter.order import MOST_MATCHES, Catalogue, written_steps
from trainer.knowledge.library import library

CATALOGUE = Catalogue(library().tests, library().treatments)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CRP", "crp"),
        ("bal", "bronchoscopy-lavage"),
        ("HRCT", "thin-section-ct"),
        ("bronchscopy", "bronchoscopy-lavage"),
        ("pred", "prednisolone"),
        ("predinsolone", "prednisolone"),
        ("augmentin", "co-amoxiclav"),
        ("amphotericn", "liposomal-amphotericin-b"),
        ("galactomanan", "serum-galactomannan"),
        ("VATS", "surgical-biopsy"),
        ("stop amiodarone", "stop-culprit-drug"),
    ],
)
def test_names_synonyms_abbreviations_and_slips_are_found_first(typed, meant):
    assert CATALOGUE.find(typed)[0].id == meant


def test_every_word_for_a_thing_finds_it():
    for things in (library().tests, library().treatments):
        for thing in things.values():
            for word in (thing.name, *thing.synonyms):
                assert thing.id in [match.id for match in CATALOGUE.find(word)], word


def test_nonsense_finds_nothing_and_nobody_is_drowned():
    assert CATALOGUE.find("zzzzzz") == CATALOGUE.find(" ") == []
    assert all(len(CATALOGUE.find(letter)) <= MOST_MATCHES for letter in "abcdefgh")
    found = CATALOGUE.find("biopsy")
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)


def test_a_course_can_be_written():
    steroid, antibiotic = library().treatments["prednisolone"], library().treatments["co-amoxiclav"]
    steps = written_steps("0.75 mg/kg 4 weeks, 20mg x 28d then 10 for 6 w", steroid)
    assert [(s.dose, s.unit, s.days) for s in steps] == [(0.75, "mg/kg", 28), (20.0, "mg", 28), (10.0, "mg", 42)]
    assert [(s.dose, s.unit, s.days) for s in written_steps("7 days", antibiotic)] == [(1.0, "1", 7)]
    for text, treatment in (("", steroid), ("7 days", steroid), ("20 mg", steroid), ("much", antibiotic)):
        with pytest.raises(BadInput, match=treatment.name):
            written_steps(text, treatment)
    with pytest.raises(BadInput, match="out of range"):
        written_steps("9999 mg 9999 days", steroid)
