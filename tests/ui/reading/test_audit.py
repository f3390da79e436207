"""What was looked at."""

import pytest

from trainer.ui.reading.audit import Audit

NAME = ("", 12)


def test_glimpses_add_up_over_both_kernels():
    audit = Audit()
    audit.open(NAME, 5)
    assert audit.digits(NAME) == "00000"
    audit.show(NAME, 1, "lung", 499.0)
    audit.show(NAME, 3, "lung", 300.0)
    audit.show(NAME, 3, "soft", 200.0)
    audit.show(NAME, 4, "soft", 1.0)
    assert audit.digits(NAME) == "01021"
    audit.show(NAME, 4, "soft", 0.0)
    audit.show(NAME, 0, "soft", 0.0)
    assert audit.digits(NAME) == "01021" and audit.milliseconds(NAME, 3) == 500.0


def test_a_scan_opened_again_keeps_its_sums():
    audit = Audit()
    audit.open(NAME, 3)
    audit.show(NAME, 2, "lung", 900.0)
    audit.open(NAME, 3)
    assert audit.digits(NAME) == "002"
    assert audit.digits(("twin", 12)) == ""


@pytest.mark.parametrize("index", [-1, 3])
def test_slices_that_are_not_there_are_refused(index):
    audit = Audit()
    audit.open(NAME, 3)
    with pytest.raises(IndexError, match="slice"):
        audit.show(NAME, index, "lung", 10.0)
    with pytest.raises(IndexError, match="slice"):
        audit.show(("", 99), 0, "lung", 10.0)
