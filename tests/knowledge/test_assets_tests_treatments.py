"""The files of tests, treatments, findings and sources hold together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from trainer.knowledge.document import parse, read_document
from trainer.knowledge.finding import Finding, Source
from trainer.knowledge.investigation import (
    OTHERWISE,
    BinaryReport,
    CategoryReport,
    Investigation,
    QuantityReport,
    StateReport,
)
from trainer.knowledge.number import JUDGEMENT, Frozen, Sourced, Spread
from trainer.knowledge.treatment import Treatment

KNOWLEDGE = Path(__file__).parents[2] / "assets" / "knowledge"
DISEASES = {
    "healthy", "cop", "op-postinfectious", "op-amiodarone", "op-nitrofurantoin", "op-radiotherapy", "op-rheumatoid",
    "op-antisynthetase", "op-aspiration", "afop", "bacterial", "eosinophilic", "fungal", "tuberculosis",
    "adenocarcinoma", "infarct", "nsip", "uip", "uip-exacerbation", "hypersensitivity",
}  # fmt: skip
GROUPS = {"organizing-pneumonia", "infection", "interstitial"}
HISTOLOGY = {
    "transbronchial-biopsy": "transbronchial-histology",
    "cryobiopsy": "cryobiopsy-histology",
    "surgical-biopsy": "surgical-histology",
    "ct-guided-biopsy": "needle-histology",
}


class TestFile(Frozen):
    __test__ = False
    tests: tuple[Investigation, ...]


class TreatmentFile(Frozen):
    treatments: tuple[Treatment, ...]


def load_tests() -> list[Investigation]:
    return [t for p in sorted((KNOWLEDGE / "tests").glob("*.yaml")) for t in parse(TestFile, read_document(p)).tests]


def load_treatments() -> list[Treatment]:
    files = sorted((KNOWLEDGE / "treatments").glob("*.yaml"))
    return [t for p in files for t in parse(TreatmentFile, read_document(p)).treatments]


TESTS = load_tests()
TREATMENTS = load_treatments()
FINDINGS = {k: Finding.model_validate(v) for k, v in read_document(KNOWLEDGE / "findings.yaml").value.items()}
SOURCES = {k: Source.model_validate(v) for k, v in read_document(KNOWLEDGE / "sources.yaml").value.items()}
TEST = {t.id: t for t in TESTS}
TREATMENT = {t.id: t for t in TREATMENTS}


def sourced(value: Any) -> Iterator[Sourced]:
    """Yield everything inside ``value`` that rests on a source."""
    if isinstance(value, Sourced):
        yield value
    if isinstance(value, Frozen):
        for name in type(value).model_fields:
            yield from sourced(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from sourced(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from sourced(item)


def by_disease(report: Any) -> dict[str, Any] | None:
    if isinstance(report, BinaryReport):
        return report.probability
    if isinstance(report, QuantityReport):
        return report.values
    return report.shares if isinstance(report, CategoryReport) else None


def plugs(test: str, disease: str) -> float:
    """Return how often a biopsy shows granulation-tissue plugs."""
    report = next(r for r in TEST[test].reports if r.finding == HISTOLOGY[test])
    assert isinstance(report, CategoryReport)
    return report.shares[disease].shares["granulation-plugs"]


def test_there_are_files_of_both_kinds() -> None:
    assert len(TESTS) >= 70
    assert len(TREATMENTS) >= 40
    assert len(FINDINGS) >= 120


def test_identifiers_are_unique() -> None:
    assert [k for k, n in Counter([*(t.id for t in TESTS), *(t.id for t in TREATMENTS)]).items() if n > 1] == []


def test_what_a_clinician_types_means_one_order() -> None:
    words = [(t.name, *t.synonyms) for t in TESTS] + [(t.name, *t.synonyms) for t in TREATMENTS]
    typed = Counter(word.lower() for order in words for word in set(order))
    assert [word for word, n in typed.items() if n > 1] == []


@pytest.mark.parametrize("order", [*TESTS, *TREATMENTS], ids=lambda t: t.id)
def test_every_source_exists(order: Investigation | Treatment) -> None:
    missing = {s.source for s in sourced(order)} - set(SOURCES) - {JUDGEMENT}
    assert missing == set()


@pytest.mark.parametrize("order", [*TESTS, *TREATMENTS], ids=lambda t: t.id)
def test_a_judgement_says_more_than_that_it_is_one(order: Investigation | Treatment) -> None:
    reasons = [s.reason or "" for s in sourced(order) if s.source == JUDGEMENT]
    assert [r for r in reasons if r.strip(" .").lower() in {"", "assumed", "recalled", "judgement"}] == []


def test_definitions_have_a_source() -> None:
    assert {f.source for f in FINDINGS.values()} - set(SOURCES) <= {JUDGEMENT}


@pytest.mark.parametrize("test", TESTS, ids=lambda t: t.id)
def test_reports_name_known_findings_and_diseases(test: Investigation) -> None:
    for report in test.reports:
        assert report.finding in FINDINGS
        table = by_disease(report)
        if table is not None:
            assert set(table) <= DISEASES | GROUPS | {OTHERWISE}
            assert OTHERWISE in table


def test_every_test_but_the_conference_reports_something() -> None:
    assert [t.id for t in TESTS if not t.reports] == ["mdt-discussion"]


def test_a_finding_reported_by_two_tests_is_reported_alike() -> None:
    first: dict[str, Any] = {}
    for test in TESTS:
        for report in test.reports:
            assert first.setdefault(report.finding, report) == report, (test.id, report.finding)


def test_a_text_that_is_never_reported_is_not_there() -> None:
    for test in TESTS:
        for report in test.reports:
            if isinstance(report, CategoryReport):
                assert set(report.texts) == {c for s in report.shares.values() for c in s.shares}, test.id


def test_units_of_quantities_agree() -> None:
    for test in TESTS:
        for report in test.reports:
            if isinstance(report, QuantityReport):
                assert {s.unit for s in report.values.values()} == {report.unit}, (test.id, report.finding)


def test_kinds_of_findings_fit_the_reports() -> None:
    for test in TESTS:
        for report in test.reports:
            kind = FINDINGS[report.finding].kind
            if test.group == "biopsy":
                assert kind == "histology"
            if test.group == "blood":
                assert kind == "laboratory"
            if isinstance(report, StateReport):
                assert kind in {"sign", "laboratory", "function"}


@pytest.mark.parametrize("biopsy", HISTOLOGY)
def test_histology_describes_and_does_not_diagnose(biopsy: str) -> None:
    names = ("pneumonia", "pneumonitis", "tuberculosis", "carcinoma", "infarct", "aspiration", "amiodarone", "fibrosis")
    report = TEST[biopsy].reports[0]
    assert isinstance(report, CategoryReport)
    for text in report.texts.values():
        assert not any(name in text.lower() for name in names), text


def test_a_larger_sample_shows_organizing_pneumonia_more_often() -> None:
    forceps, cryo, needle, surgical = (
        plugs(t, "organizing-pneumonia")
        for t in ("transbronchial-biopsy", "cryobiopsy", "ct-guided-biopsy", "surgical-biopsy")
    )
    assert forceps < cryo < surgical
    assert forceps < needle < surgical


def test_plugs_are_not_proof() -> None:
    for test in HISTOLOGY:
        assert all(plugs(test, disease) > 0 for disease in ("bacterial", "infarct", "nsip", "hypersensitivity"))


def test_lavage_lymphocytes_of_cryptogenic_disease_fit_the_published_figures() -> None:
    # mean 40 (Theegarten 2012), 43.8 % with lymphocytosis among 61 (Drakopanagiotakis 2011; Wilson interval 32-56 %)
    report = next(r for r in TEST["bronchoscopy-lavage"].reports if r.finding == "bal-lymphocytes")
    assert isinstance(report, QuantityReport)
    draws = quantiles(report.values["cop"])
    assert 35 < sum(draws) / len(draws) < 45
    assert 0.32 < sum(x > 40 for x in draws) / len(draws) < 0.56


@pytest.mark.parametrize(
    ("finding", "disease", "mean"),
    [
        ("bal-lymphocytes", "nsip", 36.0),
        ("bal-lymphocytes", "uip", 18.0),
        ("bal-lymphocytes", "hypersensitivity", 60.0),
        ("bal-neutrophils", "organizing-pneumonia", 8.0),
        ("bal-neutrophils", "uip", 10.0),
        ("bal-eosinophils", "organizing-pneumonia", 5.7),
        ("bal-eosinophils", "hypersensitivity", 1.3),
    ],
)
def test_lavage_means_are_those_of_theegarten(finding: str, disease: str, mean: float) -> None:
    report = next(r for r in TEST["bronchoscopy-lavage"].reports if r.finding == finding)
    assert isinstance(report, QuantityReport)
    draws = quantiles(report.values[disease])
    assert sum(draws) / len(draws) == pytest.approx(mean, rel=0.06)


def quantiles(spread: Spread) -> list[float]:
    normal = NormalDist()
    return [spread.at(normal.inv_cdf((i + 0.5) / 2000)) for i in range(2000)]


def test_invasive_tests_have_complications_and_a_risk_of_death() -> None:
    for test in TESTS:
        names = {c.name for c in test.complications}
        if test.invasive:
            assert "death" in names, test.id
        else:
            assert "death" not in names, test.id


def test_only_tests_with_rays_give_a_dose() -> None:
    rays = {t.id for t in TESTS if t.radiation.value > 0}
    assert rays == {
        "chest-radiograph", "thin-section-ct", "ct-pulmonary-angiogram", "pet-ct", "swallow-study", "bone-densitometry",
        "transbronchial-biopsy", "cryobiopsy", "ct-guided-biopsy",
    }  # fmt: skip


@pytest.mark.parametrize("treatment", TREATMENTS, ids=lambda t: t.id)
def test_doses_are_in_order(treatment: Treatment) -> None:
    assert 0 < treatment.usual_dose.value <= treatment.highest_dose.value
    for act in treatment.acts:
        assert act.strength.value > 0
        assert act.channel == "glucocorticoid" or act.strength.value <= 1
    assert len({act.channel for act in treatment.acts}) == len(treatment.acts) > 0


@pytest.mark.parametrize(
    ("treatment", "equal_mg"),
    [("prednisolone", 5.0), ("methylprednisolone", 4.0), ("hydrocortisone", 20.0), ("dexamethasone", 0.75)],
)
def test_equivalent_doses_of_glucocorticoids(treatment: str, equal_mg: float) -> None:
    acts = {a.channel: a.strength.value for a in TREATMENT[treatment].acts}
    assert acts["glucocorticoid"] * equal_mg == pytest.approx(5.0, rel=0.01)


def test_every_channel_has_a_treatment() -> None:
    channels = {a.channel for t in TREATMENTS for a in t.acts}
    assert len(channels) == 15


def test_prophylaxis_protects_as_published() -> None:
    # hazard ratio 0.07 (Park 2018)
    acts = {a.channel: a.strength.value for a in TREATMENT["co-trimoxazole-prophylaxis"].acts}
    assert 1 - acts["pneumocystis"] == pytest.approx(0.07)


def test_harms_are_told_apart() -> None:
    for harms in [*(t.complications for t in TESTS), *(t.harms for t in TREATMENTS)]:
        assert len({h.name for h in harms}) == len(harms)
