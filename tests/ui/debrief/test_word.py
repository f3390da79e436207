"""What the debrief says: gates first, each loss with its event and why, luck apart."""

import pytest

from tests.ui.debrief.example import (
    DEBRIEF,
    FAILED,
    FEEDBACK,
    ITEMS,
    NAMES,
    REFERENCES,
    SHEET,
    VISITS,
    chest,
)
from trainer.ui.debrief.word import (
    NEVER_SCORED,
    REST,
    at_visit,
    belief_rows,
    beliefs_told,
    in_short,
    names_of_opacities,
    of_choice,
    of_dial,
    of_feedback,
    of_gates,
    of_item,
    to_take_home,
    weighed,
)


def text(blocks):
    return "\n".join(block.text for block in blocks)


def test_a_loss_says_what_it_cost_when_and_why():
    blocks = of_item(ITEMS[0], REFERENCES, NAMES)
    assert blocks[0].kind == "bad" and blocks[0].text.startswith("Lost: Signs in the CT, 0.5 of 1 (day 0, event 9)")
    assert ITEMS[0].reason in text(blocks)
    assert "Rests on: nodule." in text(blocks) and "n = 48" in text(blocks)


def test_what_was_earned_in_full_says_so_in_words():
    blocks = of_item(ITEMS[1], REFERENCES, NAMES)
    assert blocks[0].kind == "good" and blocks[0].text.startswith("Full:")


def test_figures_in_evidence_keep_their_disease_by_name():
    assert "cryptogenic organizing pneumonia 95 %" in text(of_item(ITEMS[2], REFERENCES, NAMES))


def test_a_dial_shows_its_own_items_the_costliest_first():
    blocks = of_dial(SHEET, "perception", REFERENCES, NAMES)
    assert "75 of 100, standard error 12" in blocks[0].text
    heads = [block.text for block in blocks if block.kind in ("bad", "good")]
    assert [head.split(",")[0] for head in heads] == ["Lost: Signs in the CT", "Full: Zones"]


def test_a_failed_gate_comes_before_everything_else():
    blocks = in_short(SHEET, REFERENCES, NAMES)
    kinds = [block.kind for block in blocks]
    assert "SAFETY GATE FAILED: Steroid ended at once (day 84, event 40)" in blocks[kinds.index("bad")].text
    assert FAILED.reason in text(blocks) and "Prophylaxis" not in text(blocks)
    assert text(of_gates((), REFERENCES)) == ""
    assert text(of_gates((SHEET.gates[1],), REFERENCES)) == "No safety gate failed."


def test_beliefs_have_a_row_for_each_disease_of_weight_and_sum_to_one():
    rows = belief_rows(VISITS, NAMES)
    assert [row.name for row in rows] == ["Cryptogenic organizing pneumonia", "Bacterial pneumonia", REST]
    for n, visit in enumerate(VISITS):
        assert sum(row.observer[n] for row in rows) == pytest.approx(1.0)
        if visit.stated is None:
            assert all(row.stated[n] is None for row in rows)
        else:
            assert sum(row.stated[n] for row in rows) == pytest.approx(1.0)
    assert rows[-1].stated[0] == pytest.approx(0.1) and rows[-1].observer[0] == pytest.approx(0.04)
    assert "day 7: Cryptogenic organizing pneumonia, you stated nothing, the findings 97 %" in beliefs_told(
        VISITS, rows
    )


def test_a_choice_says_both_parts_of_its_regret_and_sets_luck_apart():
    said = text(of_choice(VISITS[0]))
    assert "regret 6.5 points" in said and "5.0 from the belief, +1.5 from the act" in said
    assert "4.2 points worse" in said and NEVER_SCORED in said
    right = text(of_choice(VISITS[2]))
    assert "as right as any" in right and "too small to count" in right and "-1.7 from the act" in right
    assert [visit.day for visit in weighed(VISITS)] == [0, 14]


def test_a_visit_tells_what_else_was_lost_there():
    said = text(at_visit(DEBRIEF, VISITS[0]))
    assert "Signs in the CT" in said and "Differential" in said and "Full" not in said
    assert at_visit(DEBRIEF, VISITS[2]) == []


def test_the_end_tells_both_courses_the_paths_left_and_the_references():
    blocks = to_take_home(DEBRIEF)
    said = text(blocks)
    for words in ("Died on day 20.", "Alive on day 400.", "Up to event 11 (day 30): overall 12 of 100.", "Recognise"):
        assert words in said
    assert [block.url for block in blocks if block.url] == [DEBRIEF.points[0].url]


def test_opacities_are_named_by_number_and_what_they_were_at_their_fullest():
    faint = chest(100.0)
    faint.opacities["fill"] = 0.2
    names = names_of_opacities([(0, chest(30.0, 5.0)), (84, faint)])
    assert set(names) == {1, 2} and names[1].startswith("1 consolidation")


def test_a_tutor_puts_the_gate_first_and_both_beliefs_side_by_side():
    blocks = of_feedback(FEEDBACK)
    assert blocks[0].text.startswith("SAFETY GATE FAILED")
    assert "Cryptogenic organizing pneumonia: you 30 %, the findings 90 %" in text(blocks)
