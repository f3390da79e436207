"""The PDF: two pages whatever is in them, tagged, and all that a report has to say can be taken out of it as text."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from tests.records.report.example import LEAST, LONGEST, NAMES, USUAL, with_every_text
from trainer.records.report.document import pdf_of
from trainer.records.report.value import DISCLAIMER

MARKUP = '#panic("x") *bold* $x^2$ `raw` <label> @ref \\ [content] // note "quoted" {brace}'


def read(report):
    return PdfReader(BytesIO(pdf_of(report)))


def text_of(page):
    return " ".join(page.extract_text().split())


def places_of(page):
    """Return each text of a page with the two matrices that place it."""
    found = []
    page.extract_text(visitor_text=lambda text, cm, tm, *_: found.append((text, cm, tm)))
    return found


@pytest.fixture(scope="module")
def usual():
    return read(USUAL)


@pytest.fixture(scope="module")
def least():
    return read(LEAST)


@pytest.fixture(scope="module")
def longest():
    return read(LONGEST)


@pytest.mark.parametrize("which", ["usual", "least", "longest"])
def test_a_report_has_two_pages_of_a4(which, request):
    pages = request.getfixturevalue(which).pages
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
        text = text_of(page)
        assert DISCLAIMER in text and f"{number} of 2" in text and "SIMULATED" in text


def test_all_of_the_longest_report_is_on_its_pages(longest):
    first, second = (text_of(page) for page in longest.pages)
    assert "Comments" in first and "Seen by" in first and "f" * 64 in first.replace(" ", "")
    assert first.count("FAILED") == 10 and "10 of 22 failed; 10 are listed" in first
    assert second.count("Chosen") == 3 and "and 900 more" in second
    for page in longest.pages:  # nothing is set below the paper or beside it
        for text, cm, tm in places_of(page):
            x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            assert not text.strip() or (20 < x < 575 and 20 < y < 822), (text, x, y)


def test_it_is_tagged_and_says_what_it_is(usual):
    root = usual.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value and root["/Lang"] == "en" and "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert usual.metadata.title == "Atoll report: The wandering shadows (SIMULATED)"
    assert usual.metadata.subject == DISCLAIMER and usual.metadata.author is None
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert usual.metadata.creation_date is None  # or the same run would not give the same file


def elements(node):
    """Yield every element of the structure below a node."""
    if isinstance(node, ArrayObject):
        for one in node:
            yield from elements(one.get_object())
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


def test_figures_have_words_and_the_table_and_headings_are_such(usual):
    found = list(elements(usual.trailer["/Root"]["/StructTreeRoot"]))
    kinds = [str(one["/S"]) for one in found]
    told = [str(one["/Alt"]) for one in found if one["/S"] == "/Figure"]
    assert len(told) == kinds.count("/Figure") and all(told)
    assert sum(text.startswith("SIMULATED. ") for text in told) >= 5
    assert sum(text.startswith("Timeline of 91 days") for text in told) == 1
    assert kinds.count("/TR") == 9 and {"/Table", "/TH", "/TD", "/H1", "/H2", "/H3"} <= set(kinds)


def test_every_line_that_a_report_has_to_bear_is_there_as_text(usual):
    first, second = (text_of(page) for page in usual.pages)
    for line in (
        "The wandering shadows", "reef-7", "wandering-shadows, version 1", "seed 3", "Atoll 0.4.0", "examination",
        "22 of 25 min", "Atoll's own policy", USUAL.policy_words, "91 days, 4 visits",
        "Steroid ended at once, day 84", "FAILED", "passed", "1 of 2 failed", "81 events", USUAL.chain.head,
        "perception 0.12, diagnosis 0.16", "held at 40 by a failed gate", "Cryptogenic organizing pneumonia",
        "Economy what economy is about", "not asked", "20 November 2026",
    ):  # fmt: skip
        assert line in first, line
    for n, name in enumerate(NAMES[:-1]):
        assert name in first and f"{90 - 10 * n} ± {3 + n}" in first
    for line in (
        "Day 28: Three weeks on", "Regret 13.5 ± 1.1 points = belief 9.2 + act 4.3", "a better act was there",
        "Moxifloxacin and a visit on day 91", "Prednisolone, a full course", "Bacterial pneumonia 60 %",
        "Prior CT, day 0", "Current CT, day 28", "No CT before it", "Luck -4.2 points in this patient; never scored.",
        "24 Nov 2026", "First contact: a decision in a new patient", "and 3 more", "The 3 largest of 4 choices",
    ):  # fmt: skip
        assert line in second, line


def test_the_pictures_are_in_it(usual):
    assert [len(page.images) for page in usual.pages] == [0, 2]  # five times, of two that are different
    assert {image.image.size for image in usual.pages[1].images} == {(380, 332)}


def test_the_same_report_gives_the_same_bytes():
    assert pdf_of(USUAL) == pdf_of(USUAL)


def test_what_looks_like_markup_is_only_text():
    changed = with_every_text(USUAL, lambda text: f"{text} {MARKUP}")
    dials, timeline, words = USUAL.dials, USUAL.timeline, USUAL.policy_words  # as they were, or it would be overfull
    found = read(replace(changed, dials=dials, timeline=timeline, policy_words=words, steps=changed.steps[:1]))
    assert len(found.pages) == 2
    assert found.metadata.title.startswith(f"Atoll report: The wandering shadows {MARKUP}")
    plain = "".join(text_of(found.pages[0]).split())
    assert plain.count("".join(MARKUP.split())) >= 8


LETTERS = ("漢字かな", "اسم مستعار", "\N{SNOWMAN}\N{CRAB}", "Ж ά ę ≥ µ", "\U0010fffd" * 60, "\u200b\u202e")


@pytest.mark.parametrize("name", LETTERS, ids=["han", "arabic", "pictures", "european", "private", "unseen"])
def test_a_name_in_any_letters_costs_no_report(name):
    report = replace(USUAL, facts=(replace(USUAL.facts[0], text=name), *USUAL.facts[1:]))
    found = read(report)
    assert len(found.pages) == 2 and "/StructTreeRoot" in found.trailer["/Root"]
