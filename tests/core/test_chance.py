"""Keyed chance: known answers, independence of order, and the shape of the numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.core.chance import key_of, keys_of, normal, philox, uniform

ONES = 0xFFFFFFFF
WORD = st.integers(0, 2**32 - 1)


# Random123's known answers for philox4x32, 10 rounds (Salmon et al., SC 2011).
@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_its_published_answers(counter, key, words):
    assert tuple(int(w) for w in philox(*counter, *key)) == words


def test_uniform_is_uniform_and_inside_the_open_interval():
    values = np.array([uniform(key_of("u"), 1, tick, i) for tick in range(-50, 50) for i in range(200)])
    assert values.min() > 0 and values.max() < 1
    counts = np.histogram(values, 20, (0, 1))[0]
    # chi-squared with 19 degrees of freedom: 43.8 is exceeded once in a thousand
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8


def test_normal_has_its_moments():
    values = np.array([normal(key_of("n"), 2, 0, i) for i in range(20_000)])
    assert abs(values.mean()) < 4 / np.sqrt(len(values))
    assert values.std() == pytest.approx(1, abs=0.02)


@given(WORD, WORD, st.integers(-(2**31), 2**31 - 1), st.integers(0, 2**31 - 1))
def test_a_draw_is_a_function_of_its_key_and_place(key, stream, tick, index):
    first = uniform(key, stream, tick, index)
    uniform(key, stream, tick, (index + 1) % 2**31)
    normal(key, stream, tick, index)
    assert uniform(key, stream, tick, index) == first


def test_neighbouring_places_are_unrelated():
    key = key_of("neighbours")
    base = np.array([uniform(key, 5, t, 0) for t in range(4000)])
    for other in (
        np.array([uniform(key, 5, t + 1, 0) for t in range(4000)]),
        np.array([uniform(key, 6, t, 0) for t in range(4000)]),
        np.array([uniform(key, 5, t, 1) for t in range(4000)]),
        np.array([uniform(key + 1, 5, t, 0) for t in range(4000)]),
    ):
        assert abs(np.corrcoef(base, other)[0, 1]) < 4 / np.sqrt(4000)


def test_keys_name_things_the_same_in_every_process():
    assert key_of("patient", "cop", 7, 0) == 4544461205770756193
    assert key_of("1") != key_of(1)
    assert key_of("a", "b") != key_of("ab")


def test_every_key_can_follow_every_other():
    keys = [key_of("large", i) for i in range(64)]
    assert max(keys) < 2**63 and max(keys) > 2**61
    for key in (*keys, np.uint64(keys[0])):
        assert 0 < uniform(key, 1, 0, 0) < 1 and np.isfinite(normal(key, 1, 0, 0))


def test_a_member_of_a_batch_has_the_key_it_has_alone():
    many = keys_of("patient", "cop", 3, count=10)
    assert keys_of("patient", "cop", 3, count=1, first=7)[0] == many[7]
    assert len(set(many.tolist())) == 10
