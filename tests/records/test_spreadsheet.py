"""Files for a spreadsheet: no cell becomes a formula, numbers stay numbers, every column is explained."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records.example import BEGIN, add_run, month
from trainer.core.error import BadInput
from trainer.records.database import Records
from trainer.records.learner import add_learner
from trainer.records.result import finished_runs
from trainer.records.spreadsheet import (
    RESULT_COLUMNS,
    Column,
    csv_file,
    dictionary_path,
    guarded,
    results_csv,
    write_table,
)


def read(content):
    assert content.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by its mark"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1", "-", "@"]
)
def test_what_could_be_a_formula_begins_with_an_apostrophe(text):
    assert guarded(text) == f"'{text}"
    header, (cell,) = read(csv_file([text], [[text]]))
    assert header == [f"'{text}"] and cell == f"'{text}"


@pytest.mark.parametrize("text", ["x;=1+1", "x;@SUM(A1);=1", "=1;＝1"])
def test_where_a_semicolon_parts_the_cells_none_becomes_a_formula_either(text):
    raw = csv_file(["a", "b"], [[text, 1], ["x", text]]).decode("utf-8-sig")
    for line in raw.splitlines():
        assert not any(cell.startswith(tuple("=+-@＝＋－＠")) for cell in line.split(";"))


@given(st.text(st.characters(exclude_characters=";"), max_size=20))
def test_no_text_begins_like_a_formula_and_every_text_can_be_had_back(text):
    ((cell,),) = read(csv_file(["a"], [[text]]))[1:] or [[""]]
    assert not cell or cell[0] not in "=+-@\t\r\n"
    assert cell.removeprefix("'") == text or cell == text


def test_numbers_stay_numbers():
    values = [-3.5, 0.0, 12, -7, True, None, float("nan"), float("inf"), datetime(2026, 1, 5, 9, tzinfo=UTC)]
    ((*cells,),) = read(csv_file(["x"] * len(values), [values]))[1:]
    assert cells == ["-3.5", "0", "12", "-7", "1", "", "", "", "2026-01-05T09:00:00+00:00"]


@pytest.fixture
def records(tmp_path):
    made = Records(f"sqlite:///{tmp_path}/records.sqlite")
    yield made
    made.close()


def test_every_run_with_a_score_is_a_row_and_every_column_is_explained(records):
    learner = add_learner(records, "=cmd()")
    month(records, learner, 14)
    add_run(records, learner, "third-floor-99-1", "third-floor", at=20)
    header, *rows = read(results_csv(learner.pseudonym, finished_runs(records, learner.id)))
    assert header == [column.name for column in RESULT_COLUMNS] and len(set(header)) == len(header)
    assert len(rows) == 14 and all(len(row) == len(header) for row in rows)
    table = [dict(zip(header, row, strict=True)) for row in rows]
    assert {row["learner"] for row in table} == {"'=cmd()"} and {row["note"] for row in table} == {"SIMULATED"}
    assert [row["played_before"] for row in table] == ["0"] * 12 + ["1"] * 2
    assert table[0]["begun_at"] == BEGIN.isoformat(timespec="seconds")
    for row in table:
        assert 0.0 <= float(row["overall"]) <= 100.0 and row["forecasts"] == row["leads"] == "3"
        assert 0.0 <= float(row["forecast_brier"]) <= 4.0 and 0.0 <= float(row["lead_right"]) <= 1.0
        assert (row["perception"] == "") == (row["perception_se"] == "")


def test_the_dictionary_lies_beside_the_table(tmp_path):
    path = tmp_path / "mine.csv"
    columns = (Column("a", "mm", "how far"), Column("b", "", "=what"))
    write_table(path, csv_file(["a", "b"], [[1, 2]]), columns)
    assert dictionary_path(path).name == "mine.dictionary.csv"
    assert read(dictionary_path(path).read_bytes()) == [["column", "unit", "meaning"], ["a", "mm", "how far"],
                                                       ["b", "", "'=what"]]  # fmt: skip
    assert read(path.read_bytes()) == [["a", "b"], ["1", "2"]]
    with pytest.raises(BadInput):
        write_table(tmp_path / "nowhere" / "x.csv", b"", columns)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mine.csv", "mine.dictionary.csv"]
