"""The figures and their words: nothing is said that few cases cannot carry."""

import csv
import io

import pytest

from tests.records.example import add_run, month
from trainer.records.database import Records
from trainer.records.gradebook import scored
from trainer.records.learner import add_learner
from trainer.records.result import finished_runs
from trainer.ui.results.account import (
    ENOUGH,
    calibration_figure,
    dial_figure,
    group_figure,
    loss_figure,
    time_figure,
    what_to_do,
)
from trainer.ui.results.figure import shown, staggered


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Results of learners who played 0, 3 and 40 runs."""
    found = {}
    for count in (0, 3, 40):
        records = Records(f"sqlite:///{tmp_path_factory.mktemp('records')}/r.sqlite")
        learner = add_learner(records, "river")
        month(records, learner, count)
        found[count] = finished_runs(records, learner.id)
        records.close()
    return found


def every_figure(runs):
    yield dial_figure(runs)
    yield from (time_figure(runs, measure, {}) for measure in ("overall", "perception"))
    yield from (calibration_figure(runs, which) for which in ("forecast", "lead"))
    yield group_figure(runs, "overall", "disease", lambda run: run.result.disease, "disease")
    yield loss_figure(runs)


def words(figure):
    return " ".join(figure.words)


@pytest.mark.parametrize("count", [0, 3, 40])
def test_every_figure_stands_on_any_number_of_cases(played, count):
    for figure in every_figure(played[count]):
        assert all(len(row) == len(figure.columns) for row in figure.rows)
        assert figure.drawn <= bool(figure.rows)
        rows = list(csv.reader(io.StringIO(figure.csv().decode("utf-8-sig"), newline="")))
        assert len(rows) == len(figure.rows) + 1 and rows[0] == [column.name for column in figure.csv_columns]
        assert all(row[-1] == "SIMULATED" for row in rows[1:])
        for points in figure.points:
            assert len(points.x) == len(points.y) > 0
            assert all(low <= high for low, high in zip(points.low, points.high, strict=True))


def test_three_cases_have_no_mean_and_no_trend(played):
    dials, time = dial_figure(played[3]), time_figure(played[3], "overall", {})
    assert ENOUGH in {row[-1] for row in dials.rows} and all(row[3] is None for row in dials.rows)
    assert len(dials.points) == 1 and "standard error" not in " ".join(dials.legend)
    assert "Not enough cases to say whether it rises: 3 of 10." in words(time) and time.lines == ()
    assert "Not enough statements to say: 9 of 30" in words(calibration_figure(played[3], "lead"))
    assert not loss_figure(played[3]).drawn and loss_figure(played[3]).rows


def test_forty_runs_of_twelve_cases_are_said_to_be_that(played):
    dials = dial_figure(played[40])
    assert words(dials).startswith("40 runs of 12 cases.")
    assert {(row[1], row[2]) for row in dials.rows if row[0] == "Overall"} == {(12, 40)}
    first = dial_figure(scored(played[40], first_only=True))
    assert words(first).startswith("12 cases.")


def test_a_line_is_drawn_only_where_it_stands_out(played):
    perception, overall = (time_figure(played[40], measure, {}) for measure in ("perception", "overall"))
    assert words(perception).startswith("It rises, by more than chance") and len(perception.lines) == 1
    assert words(overall).startswith("No trend that stands out from chance") and overall.lines == ()
    assert "What a case played before is was known" in words(perception)
    assert [points.filled for points in perception.points] == [True, False], "a repeat looks different"
    assert "What a case played" not in words(time_figure(scored(played[40], first_only=True), "overall", {}))


def test_the_curve_says_how_many_and_of_how_many_cases(played):
    figure = calibration_figure(played[40], "lead")
    assert "120 statements from 12 cases" in words(figure) and "Brier score" in words(figure)
    assert "surer than right" in words(figure)
    assert sum(row[5] for row in figure.rows) == 120
    assert "bias" not in words(calibration_figure(played[40], "forecast")), "shares that sum to 1 have none"


def test_by_disease_is_no_league_table(played):
    figure = group_figure(played[40], "overall", "disease", lambda run: run.result.disease, "disease")
    names = [row[0] for row in figure.rows]
    assert names == sorted(names)
    assert all(row[3] is None for row in figure.rows), "one case, however often played, says nothing of a disease"


def test_what_to_do_without_results(played, tmp_path):
    assert "Play a case to its end" in what_to_do([], [])
    assert "choose another mode or policy" in what_to_do(played[3], [])
    assert what_to_do(played[3], played[3]) == ""
    records = Records(f"sqlite:///{tmp_path}/r.sqlite")
    learner = add_learner(records, "river")
    add_run(records, learner, "a-1-1")
    assert "Score now" in what_to_do(finished_runs(records, learner.id), [])
    records.close()


def test_no_dot_hides_another():
    assert staggered(1, 3.0) == (3.0,)
    places = staggered(5, 2.0)
    assert len(set(places)) == 5 and min(places) > 1.5 and max(places) < 2.5 and list(places) == sorted(places)


def test_numbers_show_no_more_digits_than_they_carry():
    assert shown(61.2345, "0-100") == "61.2" and shown(0.6123, "0-1") == "0.61"
    assert shown(None) == "" and shown(7) == "7" and shown("a") == "a"
