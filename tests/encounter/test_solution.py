"""Answers marked: the diagnosis by what could be known, the change by what is there, the act by what it is worth."""

import re

import pytest

from trainer.encounter.question import question_of
from trainer.encounter.session import Session
from trainer.encounter.solution import CHANGES, Reply, _change, change_credits, solve, think_ahead
from trainer.knowledge.casebook import read_case
from trainer.reasoning.reading import Sight

SEED = 7002


class Asked:
    """A question and who marks it."""

    def __init__(self, examiner, name, step, seed=SEED):
        self.examiner, self.engine = examiner, examiner.engine
        self.case = read_case(name, self.engine.library)
        self.question = question_of(self.engine, self.case, step, seed)

    def session(self):
        return Session(self.engine, self.case, self.question.run)

    def solve(self, **reply):
        return solve(self.examiner, self.session(), self.question, Reply(**reply))

    def part(self, name, **reply):
        return next(part for part in self.solve(**reply).parts if part.name == name)


@pytest.fixture(scope="module")
def early(examiner):
    """Three weeks into the steroid, two CTs."""
    return Asked(examiner, "wandering-shadows", 2)


@pytest.fixture(scope="module")
def first(examiner):
    """The first contact, one CT."""
    return Asked(examiner, "wandering-shadows", 0)


@pytest.fixture(scope="module")
def pills(examiner):
    """A drug that has to be stopped."""
    return Asked(examiner, "the-pill-box", 0)


# The diagnosis


def test_the_leading_diagnosis_earns_all_and_an_unlikely_one_nothing(early):
    assert early.part("diagnosis", diagnosis="cop").credit == 1.0
    assert early.part("diagnosis", diagnosis="bacterial").credit < 0.1
    assert early.part("diagnosis").credit == 0.0
    assert early.part("diagnosis", diagnosis="other").credit == 0.0


def test_the_pattern_without_its_cause_earns_half(pills):
    assert pills.part("diagnosis", diagnosis="op-amiodarone").credit == 1.0
    assert pills.part("diagnosis", diagnosis="cop").credit == pytest.approx(0.5, abs=0.05)


def test_the_model_answer_says_why(early):
    part = early.part("diagnosis", diagnosis="bacterial")
    text = " ".join(part.reasons)
    assert part.model == "Cryptogenic organizing pneumonia" and part.yours == "Bacterial pneumonia"
    assert "On what the stem and the CT show: cryptogenic organizing pneumonia" in text
    assert "Bacterial pneumonia, your answer:" in text and "Against it:" in text


def test_nobody_is_told_to_believe_a_report_against_the_picture(early):
    """What the report of the last CT misses or imagines is not named among the reasons."""
    from trainer.encounter.solution import _misread

    wrong = {early.engine.library.findings[name].name for name in _misread(early.session())}
    text = " ".join(early.part("diagnosis", diagnosis="cop").reasons)
    assert all(f"{name} (" not in text for name in wrong)


# What became of the shadows


def sight_with(trend, changes, migrated=False):
    return Sight(28, (), frozenset(), (True,) * 6, trend, changes, migrated)


@pytest.mark.parametrize(
    ("seen", "best"),
    [
        (sight_with("better", {1: "smaller", 2: "resolved"}), "smaller"),
        (sight_with("better", {1: "resolved", 2: "resolved"}), "gone"),
        (sight_with("same", {1: "same"}), "same"),
        (sight_with("worse", {1: "larger"}), "larger"),
        (sight_with("worse", {1: "same", 2: "new"}), "larger"),
        (sight_with("same", {1: "resolved", 2: "migrated"}, migrated=True), "migrated"),
    ],
)  # fmt: skip
def test_the_true_word_is_worth_all(seen, best):
    worth = change_credits(seen, 0.5)
    assert worth[best] == 1.0 and max(worth.values()) == 1.0
    assert [word for word, value in worth.items() if value == 1.0] == [best]


def test_a_word_one_class_off_is_worth_a_part():
    worth = change_credits(sight_with("same", {1: "same"}), 0.5)
    assert worth["smaller"] == worth["larger"] == 0.5 and worth["gone"] == 0.0 and "migrated" not in worth


def test_the_trend_of_what_has_migrated_is_worth_a_part():
    worth = change_credits(sight_with("better", {1: "resolved", 2: "migrated"}, migrated=True), 0.5)
    assert worth["migrated"] == 1.0 and 0.5 < worth["smaller"] < 1.0 and worth["larger"] == 0.0


def test_only_the_true_trend_is_called_true_as_a_whole(early):
    seen = sight_with("same", {1: "resolved", 2: "migrated"}, migrated=True)
    told = {
        word: _change(early.question, seen, 0.25, Reply(change=word)).reasons for word in ("smaller", "same", "larger")
    }
    assert [
        word for word, lines in told.items() if any(line.startswith("As a whole that is so") for line in lines)
    ] == ["same"]


def test_the_change_is_told_lobe_by_lobe(early):
    part = early.part("change", change="same")
    assert any(" lobe" in line and line.startswith(("Gone", "Smaller", "New")) for line in part.reasons)
    assert part.model in {words[0] for words in CHANGES.values()}


def test_with_one_ct_no_change_is_asked(first):
    assert [part.name for part in first.solve(diagnosis="cop").parts] == ["diagnosis", "act"]


# The next act


def test_a_key_feature_that_is_due_earns_all(first):
    part = first.part("act", act="bronchoscopy-lavage")
    assert part.credit == 1.0 and part.model == "Lavage before the first steroid"
    assert any("Travis" in line for line in part.reasons)


def test_what_spoils_what_must_come_first_is_too_soon(first):
    part = first.part("act", act="prednisolone")
    assert part.credit <= 0.4 and part.reasons[0].startswith("Too soon")


def test_what_the_case_calls_wasteful_or_harmful_earns_little(first):
    assert first.part("act", act="co-amoxiclav").credit <= 0.25


def test_what_passes_by_the_point_earns_less_than_right(pills):
    part = pills.part("act", act="sputum-culture")
    assert part.credit <= 0.6
    assert pills.part("act", act="stop-culprit-drug").credit == 1.0


def test_to_wait_is_not_right_where_something_is_due(examiner):
    shadow = Asked(examiner, "three-courses", 0)
    part = shadow.part("act", act="observe")
    assert part.model == "Lavage with cytology and cultures"
    assert part.credit <= 0.6 and not part.right
    assert "It passes by what this step turns on." in part.reasons
    assert shadow.part("act", act="bronchoscopy-lavage").credit == 1.0


def test_what_a_step_turns_on_is_told_as_one_sentence(examiner):
    part = Asked(examiner, "wandering-shadows", 1).part("act", act="prednisolone")
    assert part.model.endswith("and prophylaxis against Pneumocystis")


def test_a_figure_has_the_digits_of_the_stem(examiner):
    shadow = Asked(examiner, "three-courses", 1)
    told = " ".join(shadow.part("diagnosis", diagnosis="cop").reasons)
    figures = re.findall(r"\(([0-9.]+ \S+)\)", told)
    stem = " ".join(text for _, text in shadow.question.stem.results)
    assert figures and all(f" {one}" in stem for one in figures), figures


def test_nothing_is_told_as_certain(early):
    told = early.part("diagnosis", diagnosis="bacterial").reasons
    assert not any("100 %" in line or " 0 %" in line for line in told)


def test_going_on_is_right_where_nothing_is_due(early):
    part = early.part("act", act="observe")
    assert part.credit == 1.0 and part.model == "Go on as it is and see again"


def test_to_stop_what_the_author_keeps_is_wrong(early):
    part = early.part("act", act="stop:prednisolone")
    assert part.credit <= 0.25 and "before its course is over" in " ".join(part.reasons)


def test_an_invasive_test_must_be_worth_more_than_waiting(early):
    assert early.part("act", act="surgical-biopsy").credit <= 0.6


def test_what_cannot_be_done_earns_nothing_and_says_why(early):
    part = early.part("act", act="crp")
    assert part.credit == 0.0 and "ordered today already" in part.reasons[0]


def test_no_answer_earns_nothing_and_is_still_answered(early):
    solution = early.solve()
    assert solution.score == 0.0 and not solution.right
    assert all(part.model and part.reasons for part in solution.parts)
    assert solution.disease == "Cryptogenic organizing pneumonia"


def test_thinking_ahead_changes_nothing(examiner, early):
    before = early.solve(diagnosis="cop", change="migrated", act="observe")
    examiner.forget()
    think_ahead(examiner, early.session())
    assert early.solve(diagnosis="cop", change="migrated", act="observe") == before
