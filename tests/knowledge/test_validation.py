"""The columns that conditions may name are those of the outcome table."""

from trainer.course.outcome import COLUMNS
from trainer.knowledge.validation import AT_PRESENTATION, LATER


def test_the_columns_are_the_numbers_of_the_outcome_table():
    numbers = [name for name, column in COLUMNS.items() if column.unit]
    assert sorted((*AT_PRESENTATION, *LATER)) == sorted(numbers)
    assert set(COLUMNS) - set(numbers) == {"disease", "sex"}
