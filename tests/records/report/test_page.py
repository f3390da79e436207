"""The HTML: one well-formed file that loads nothing and lets no text become markup."""

import re
from xml.etree import ElementTree

import pytest

from tests.records.report.example import LEAST, LONGEST, USUAL, with_every_text
from trainer.records.report.page import html_of
from trainer.records.report.value import DISCLAIMER

X = "{http://www.w3.org/1999/xhtml}"
HOSTILE = "\"'><script>alert(1)</script><img src=http://x/y onerror=a()>&amp;{{ 7*7 }}{% raw %}]]></style>"


def parsed(report):
    return ElementTree.fromstring(html_of(report).decode("utf-8"))


def text_of(tree):
    return " ".join(" ".join(tree.find(f"{X}body").itertext()).split())


@pytest.mark.parametrize("report", [USUAL, LEAST, LONGEST], ids=["usual", "least", "longest"])
def test_it_is_well_formed_with_two_sheets_each_with_the_disclaimer(report):
    tree = parsed(report)
    assert tree.get("lang") == "en" and tree.find(f".//{X}title").text.startswith("Atoll report: ")
    sheets = tree.findall(f".//{X}section")
    assert len(sheets) == 2
    for sheet in sheets:
        text = " ".join("".join(sheet.itertext()).split())
        assert DISCLAIMER in text and "SIMULATED" in text
    assert html_of(report).startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("change", [lambda text: text, lambda text: text + HOSTILE], ids=["plain", "hostile"])
def test_it_loads_nothing_and_runs_nothing(change):
    tree = parsed(with_every_text(USUAL, change))
    for one in tree.iter():
        kind = one.tag.rpartition("}")[2]
        assert kind not in {"script", "link", "iframe", "object", "embed", "base", "form", "a", "use", "image"}, kind
        for name, value in one.attrib.items():
            assert not name.lower().startswith("on"), name
            if name.rpartition("}")[2] in {"src", "href", "data", "action", "poster", "srcset"}:
                assert re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/=]+", value), value[:60]
    style = "".join(one.text for one in tree.iter(f"{X}style"))
    assert "url(" not in style and "@import" not in style and "expression" not in style
    policy = tree.find(f".//{X}meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy.startswith("default-src 'none'")


def test_hostile_texts_are_shown_as_they_are():
    tree = parsed(with_every_text(USUAL, lambda text: text + HOSTILE))
    assert text_of(tree).count(HOSTILE) >= 30
    assert "49" not in "".join(re.findall(r"\{\{.*?\}\}", text_of(tree)))


def test_it_says_the_same_as_the_value():
    text = text_of(parsed(USUAL))
    for line in (
        "reef-7", "seed 3", "22 of 25 min", "90 ± 3", "not asked", "FAILED", "Steroid ended at once, day 84",
        USUAL.chain.head, "81 events", "Regret 13.5 ± 1.1 points = belief 9.2 + act 4.3", "24 Nov 2026",
    ):  # fmt: skip
        assert line in text, line


def test_pictures_have_words_and_the_timeline_a_name():
    tree = parsed(USUAL)
    pictures = tree.findall(f".//{X}img")
    assert len(pictures) == 5 and all(one.get("alt").startswith("SIMULATED. ") for one in pictures)
    figure = tree.find(f".//{X}figure[@class='timeline']")
    assert figure.get("role") == "img" and figure.get("aria-label").startswith("Timeline of 91 days")


def test_the_same_report_gives_the_same_bytes():
    assert html_of(USUAL) == html_of(USUAL)
