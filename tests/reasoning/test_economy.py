import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import CLOSING, MARKING, sound
from trainer.knowledge.library import library
from trainer.reasoning.dial import reading_of
from trainer.reasoning.economy import Charge, economy_items
from trainer.reasoning.keyfeature import Order

TESTS = library().tests


def charges(*names):
    return [Charge.of_test(Order(name, n, n + 1), TESTS[name]) for n, name in enumerate(names)]


def drug(name, days, event=50):
    return Charge.of_treatment(Order(name, 0, event), library().treatments[name], days)


REFERENCE = [*charges("thin-section-ct", "bronchoscopy-lavage", "crp", "thin-section-ct"), drug("prednisolone", 84)]


def economy(mine, reference=REFERENCE):
    return {item.id: item for item in sound(economy_items(mine, reference, MARKING.economy, CLOSING))}


def test_the_reference_and_nothing_at_all_keep_the_whole():
    for mine in (REFERENCE, []):
        assert [item.points for item in economy(mine).values()] == [1.0, 1.0, 1.0]


def test_the_credit_falls_from_the_slack_to_the_multiple():
    dose = 5.0
    unit = [Charge(Order("scan", n, n), "Scan", 1000.0, dose) for n in range(1, 40)]
    made = [economy(unit[:n], unit[:8])["economy-cost"].points for n in (8, 10, 17, 24, 30)]
    assert made == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0])


def test_the_dearest_needless_order_is_named():
    mine = [*REFERENCE, *charges("crp", "pet-ct", "surgical-biopsy")]
    cost = economy(mine)["economy-cost"]
    assert cost.points < 1.0 and cost.event == 3
    assert cost.reason.index(TESTS["surgical-biopsy"].name) < cost.reason.index(TESTS["pet-ct"].name)
    assert "Thin-section" not in cost.reason.split("does without")[1]
    assert economy(mine)["economy-radiation"].event == 2


def test_a_drug_costs_by_the_days_it_was_taken():
    assert (
        drug("voriconazole", 40).eur == pytest.approx(2 * drug("voriconazole", 20).eur)
        and drug("prednisolone", 0).eur == 0
    )


@given(st.lists(st.sampled_from(sorted(TESTS)), max_size=12), st.sampled_from(sorted(TESTS)))
def test_a_further_order_never_raises_it(names, more):
    before, after = economy(charges(*names)), economy(charges(*names, more))
    assert all(after[name].points <= before[name].points + 1e-9 for name in before)
    assert (
        reading_of("economy", list(after.values())).value <= reading_of("economy", list(before.values())).value + 1e-9
    )
