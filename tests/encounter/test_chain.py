"""The chain of a run: it tells which event was changed, and its head tells whether any was."""

import json

import pytest

from tests.records.test_shelf import long_run, run
from trainer.core.error import BadInput
from trainer.encounter.chain import broken_at, canonical, first_link, links_of
from trainer.encounter.event import Advanced, BeliefStated, Ended
from trainer.encounter.run import MAX_BYTES, Header, Run, decode
from trainer.knowledge.statement import Belief

EVENTS = (Advanced(to_day=7, day=7, second=60), Advanced(to_day=28, day=28, second=95), Ended(day=28, second=99))


def test_the_links_are_what_the_docstring_says():
    """Worked out by hand, so that another program can check a report."""
    import hashlib

    header = Header(case="wandering-shadows", seed=4, engine="0.4.0", mode="exam")
    text = (
        '{"case":"wandering-shadows","engine":"0.4.0","mode":"exam","policy":"default","seed":4,"time_factor":1.0,'
        '"version":1}'
    )
    event = '{"day":28,"kind":"end","second":99}'
    assert (canonical(header), canonical(EVENTS[2])) == (text, event)
    zero = hashlib.sha256(text.encode()).hexdigest()
    one = hashlib.sha256((zero + event).encode()).hexdigest()
    assert links_of(header, EVENTS[2:]) == (zero, one)
    assert links_of(header, ()) == (first_link(header),) == (zero,)


def test_the_order_in_which_a_belief_was_typed_does_not_matter():
    one, two = (
        BeliefStated(belief=Belief(day=0, shares=shares))
        for shares in ({"cop": 0.6, "other": 0.4}, {"other": 0.4, "cop": 0.6})
    )
    assert canonical(one) == canonical(two)


def spoiled(text, number, **values):
    value = json.loads(text)
    value["events"][number - 1].update(values)
    return json.dumps(value)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_examination_file_says_which_event_was_changed(number):
    text = run(*EVENTS, mode="exam").encode()
    assert decode(text, "x") == run(*EVENTS, mode="exam")
    with pytest.raises(BadInput, match=f"^x: event {number} was changed"):
        decode(spoiled(text, number, second=3), "x")


def test_the_header_an_event_less_and_a_link_are_told_as_well():
    text = run(*EVENTS, mode="exam").encode()
    with pytest.raises(BadInput, match="its header was changed"):
        decode(text.replace('"seed": 1', '"seed": 2'), "x")
    value = json.loads(text)
    del value["events"][1]
    with pytest.raises(BadInput, match="event 2 was changed"):
        decode(json.dumps(value), "x")
    value["links"].pop()
    with pytest.raises(BadInput, match="event 2 was changed"):
        decode(json.dumps(value), "x")
    with pytest.raises(BadInput, match="event 3 was changed"):
        decode(text.replace(json.loads(text)["links"][3], "0" * 64), "x")
    del value["links"]
    with pytest.raises(BadInput, match="format 3 is with links"):
        decode(json.dumps(value), "x")


def test_cut_short_and_chained_anew_only_the_head_tells():
    """What the chain does not do, and what anchors it."""
    whole, cut = run(*EVENTS, mode="exam"), run(*EVENTS[:2], mode="exam")
    assert decode(cut.encode(), "x") == cut
    assert cut.links == whole.links[:3]
    assert cut.links[-1] != whole.links[-1]


def test_only_an_examination_file_carries_links():
    assert (run(*EVENTS).format, run(*EVENTS).links) == (2, None)
    assert run(*EVENTS, mode="exam").format == 3
    assert broken_at(long_run().header, long_run().events, links_of(long_run().header, long_run().events)) is None


def test_an_examination_is_full_before_its_file_cannot_be_read_back():
    made = Run(header=Header(case="wandering-shadows", seed=1, mode="exam"))
    while not made.full:
        made = made.then(Advanced(to_day=1, day=1, second=100_000))
    made = made.then(Ended(day=1, second=100_000)).sealed("0" * 64, 100_000)
    assert len(made.events) > 300
    assert len(made.encode().encode()) <= MAX_BYTES
    assert decode(made.encode(), "x") == made
