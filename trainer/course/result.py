"""Results of tests: read from the patient's state, or drawn for the patient from what the disease makes likely."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping
from typing import TypeVar

import numpy as np

from trainer.core.chance import key_of, normal, uniform
from trainer.course.stream import RESULT
from trainer.knowledge.disease import Disease
from trainer.knowledge.investigation import (
    OTHERWISE,
    BinaryReport,
    CategoryReport,
    ImageReport,
    Investigation,
    QuantityReport,
    Report,
    StateReport,
)

V = TypeVar("V")
Value = float | str | bool


def for_disease(table: Mapping[str, V], disease: Disease) -> V:
    """Return the entry of a table for a disease.

    Its own, else that of the disease it is a variant of, else its group's, else that of all others.
    """
    for key in (disease.id, disease.variant_of, disease.group):
        if key is not None and key in table:
            return table[key]
    return table[OTHERWISE]


def result_of(report: Report, patient: np.void, disease: Disease, tick: int) -> Value | None:
    """Return what a report says of a patient, or None for a picture.

    A finding that does not come from the state is drawn once a patient: asked again, by this test or another, it
    answers the same. One that comes from the state is read with an error of its own at each tick.

    Parameters
    ----------
    report : Report
    patient : numpy.void
        A record of `trainer.course.state.PATIENT` at ``tick``.
    disease : Disease
        The patient's own.
    tick : int
    """
    key = patient["key"]  # stays a 64-bit unsigned number: the larger half of them fits no signed one
    index = key_of(report.finding) & 0x7FFFFFFF
    if isinstance(report, StateReport):
        true = float(patient[report.variable])
        return true * (1.0 + report.error.value * float(normal(key, RESULT, tick, index)))
    if isinstance(report, BinaryReport):
        return bool(uniform(key, RESULT, 0, index) < for_disease(report.probability, disease).value)
    if isinstance(report, QuantityReport):
        return for_disease(report.values, disease).at(float(normal(key, RESULT, 0, index)))
    if isinstance(report, CategoryReport):
        return _category(report, disease, float(uniform(key, RESULT, 0, index)))
    assert isinstance(report, ImageReport)
    return None


def reports_of(tests: Iterable[Investigation], findings: Container[str]) -> list[BinaryReport | CategoryReport]:
    """Return the reports, by whichever test, of findings that are drawn once a patient and are no number."""
    return [
        report
        for test in tests
        for report in test.reports
        if isinstance(report, BinaryReport | CategoryReport) and report.finding in findings
    ]


def _category(report: CategoryReport, disease: Disease, u: float) -> str:
    shares = for_disease(report.shares, disease).shares
    total = math.fsum(shares.values())
    for name, share in shares.items():
        u -= share / total
        if u < 0:
            return name
    return next(reversed(shares))
