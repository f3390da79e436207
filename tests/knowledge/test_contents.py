"""The table of contents says the same as the knowledge that is read later."""

from trainer.knowledge.casebook import case_names, read_case
from trainer.knowledge.contents import cases_as_written, policy_titles
from trainer.knowledge.library import library


def test_it_says_what_is_read_later():
    known = library()
    assert cases_as_written() == [read_case(name, known) for name in case_names()]
    assert policy_titles() == {policy.id: policy.title for policy in known.policies.values()}
