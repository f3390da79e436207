"""A report as a file."""

import pytest

from tests.records.report.example import LEAST
from trainer.core.error import BadInput
from trainer.records.report.file import check_report_target, write_report


def test_the_name_says_what_is_written(tmp_path):
    for name, begin in (("a.pdf", b"%PDF-"), ("b.PDF", b"%PDF-"), ("c.html", b"<!DOCTYPE html>")):
        write_report(tmp_path / name, LEAST)
        assert (tmp_path / name).read_bytes().startswith(begin)


@pytest.mark.parametrize("name", ["report", "report.docx", ".pdf", "report.json"])
def test_another_kind_is_refused(tmp_path, name):
    with pytest.raises(BadInput, match=r"a \.pdf or a \.html"):
        write_report(tmp_path / name, LEAST)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadInput, match="no such folder"):
        check_report_target(tmp_path / "nowhere" / "a.pdf")
