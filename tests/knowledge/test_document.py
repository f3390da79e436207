"""YAML from anywhere: lines for everything, and nothing that bites."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.core.error import BadFiles
from trainer.knowledge.document import MAX_BYTES, parse, read_document
from trainer.knowledge.number import Number


def write(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_values_and_their_lines(tmp_path):
    document = read_document(write(tmp_path, "a: 1\nb:\n  - {c: yes it is}\n  - 2.5\n"))
    assert document.value == {"a": 1, "b": [{"c": "yes it is"}, 2.5]}
    assert document.line(("b", 0, "c")) == 3
    assert document.line(("b", 1)) == 4
    assert document.line(("b", 1, "missing")) == 4


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (BOMB, 1, "aliases"),
        ("a: 1\na: 2\n", 2, "twice"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("? [1]\n: 2\n", 1, "key"),
        ("a: [1\nb: 2\n", 2, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("", 1, "empty"),
        (b"a: \xff\n", 1, "UTF-8"),
        ("a: 1\nb: " + "[" * 400 + "]" * 400, 2, "nested deeper"),
        ("a: 1\nb: 1:30\n", 2, "1:30 is no plain"),
        ("a: 0x1F\n", 1, "no plain"),
        ("a: 1_000\n", 1, "no plain"),
        ("a: 012\n", 1, "012 is no plain"),
        ("a: -1:30.5\n", 1, "no plain"),
        ("x" * (MAX_BYTES + 1), 1, "larger"),
    ],
)
def test_refused_with_its_line(tmp_path, text, line, message):
    with pytest.raises(BadFiles) as caught:
        read_document(write(tmp_path, text))
    fault = caught.value.faults[0]
    assert fault.line == line
    assert message in fault.message


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_before_it_costs_anything(tmp_path, unit, monkeypatch):
    monkeypatch.setattr("yaml.compose", None)  # the graph of nodes is quadratic to build
    with pytest.raises(BadFiles, match="nested deeper"):
        read_document(write(tmp_path, unit * (200_000 // len(unit))))


def test_ordinary_numbers_and_quoted_times_are_left_alone(tmp_path):
    text = "[0, 0.5, -0.25, 10, 1e-3, 1.0e+3, '1:30', '012', 2026-11-22]"
    assert read_document(write(tmp_path, text)).value == [
        0,
        0.5,
        -0.25,
        10,
        "1e-3",
        1000.0,
        "1:30",
        "012",
        "2026-11-22",
    ]


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(BadFiles, match="cannot be read"):
        read_document(tmp_path / "none.yaml")


def test_every_fault_of_a_value_is_listed(tmp_path):
    document = read_document(write(tmp_path, "value: much\nunit: 3\nodd: 1\n"))
    with pytest.raises(BadFiles) as caught:
        parse(Number, document)
    found = {(f.line, f.message.split(":")[0]) for f in caught.value.faults}
    assert {(1, "value"), (2, "unit"), (3, "odd"), (1, "source")} <= found


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(tmp_path, text):
    path = write(tmp_path, text.encode("utf-8", "surrogatepass"))
    faults = ()
    try:
        read_document(path)
    except BadFiles as error:
        faults = error.faults
    assert all(f.line >= 1 and "\n" not in str(f) for f in faults)
