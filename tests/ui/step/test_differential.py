"""No token is made and none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.knowledge.statement import OTHER, TOKENS, Belief
from trainer.ui.step.differential import Differential

NAMES = st.sampled_from(["cop", "bacterial", "nsip", "tuberculosis", OTHER])
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("adding"), NAMES),
        st.tuples(st.just("without"), NAMES),
        st.tuples(st.just("giving"), NAMES, st.integers(-3, 25)),
        st.tuples(st.just("filled")),
    ),
    max_size=30,
)


@given(MOVES)
def test_tokens_always_sum_to_twenty(moves):
    made = Differential()
    for name, *words in moves:
        made = getattr(made, name)(*words)
        assert made.rest + sum(count for _, count in made.tokens) == TOKENS
        assert made.rest >= 0 and all(count >= 0 for _, count in made.tokens)
        assert len({name for name, _ in made.tokens}) == len(made.tokens)
        assert OTHER not in [name for name, _ in made.tokens[:-1]]
    assert sum(made.shares().values()) == pytest.approx(1.0)
    assert Differential.of(Belief(day=0, shares=made.shares()).shares).shares() == made.shares()


@given(MOVES, st.sampled_from(["cop", "nsip"]), st.integers(0, 20))
def test_a_disease_gets_what_it_is_given_while_there_are_tokens(moves, name, count):
    made = Differential()
    for word, *words in moves:
        made = getattr(made, word)(*words)
    given_ = made.giving(name, count)
    spare = made.rest + made.count(OTHER) + made.count(name)
    assert given_.count(name) == min(count, spare)
    others = {one: n for one, n in made.tokens if one not in (name, OTHER)}
    assert {one: n for one, n in given_.tokens if one not in (name, OTHER)} == others


def test_a_spent_rest_is_taken_from_other_and_from_nobody_else():
    made = Differential((("cop", 12), ("nsip", 4), (OTHER, 4)))
    assert made.giving("cop", 15).tokens == (("cop", 15), ("nsip", 4), (OTHER, 1))
    assert made.giving("cop", 20).tokens == (("cop", 16), ("nsip", 4), (OTHER, 0))
    assert made.lead == "cop" and Differential(((OTHER, 20),)).lead is None


def test_more_than_twenty_cannot_be():
    with pytest.raises(ValueError, match="21 tokens"):
        Differential((("cop", 21),))
