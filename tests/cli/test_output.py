"""What is printed reaches its reader, or one line says why not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trainer import app
from trainer.cli.main import run
from trainer.cli.output import one_line

ROOT = Path(__file__).parents[2]


def atoll(words, redirection="", **more):
    """Run the command in a shell of its own, without the compiled engine."""
    command = [sys.executable, "-m", "trainer.app", *words]
    script = ['exec "$@" ' + redirection, "sh", *command]
    return subprocess.run(["sh", "-c", *script], cwd=ROOT, capture_output=True, check=False, timeout=120, **more)


@pytest.mark.parametrize("words", [["cases"], ["cases", "--json"], ["--help"], ["cases", "--help"]])
@pytest.mark.parametrize(
    ("redirection", "says"), [(">&-", b"standard output is closed"), (">/dev/full", b"No space left on device")]
)
def test_output_that_goes_nowhere_is_one_line(words, redirection, says):
    done = atoll(words, redirection)
    assert done.returncode == 2, done
    (line,) = done.stderr.splitlines()
    assert line.startswith(b"atoll: ") and says in line


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_a_complaint_that_goes_nowhere_leaves_the_results(redirection):
    done = atoll(["cases"], redirection)
    assert done.returncode == 0 and b"wandering-shadows" in done.stdout


def test_a_closed_standard_error_keeps_the_status():
    assert atoll(["lint", "missing"], "2>&-").returncode == 2


def test_a_reader_that_has_had_enough_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    words = [sys.executable, "-m", "trainer.app", "cases"]
    done = subprocess.run(words, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=120)
    os.close(writer)
    assert done.returncode == 0 and done.stderr == b""


@pytest.mark.parametrize("name", [b"\xff.yaml", b"\x1b[31m\nred.yaml", b"x" * 5000, b"x" * 300])
def test_any_name_is_said_in_one_line(tmp_path, name):
    done = atoll(["lint", os.fsencode(tmp_path) + b"/" + name])
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(b"atoll: ") and len(line.decode()) < 520 and b"\x1b" not in line


def test_a_name_that_is_no_text_can_be_printed(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.yaml"
    Path(os.fsdecode(path)).write_text("a: [")
    done = atoll(["lint", path])
    assert done.returncode == 1 and b"not YAML" in done.stdout and done.stderr == b""


def test_one_line_is_one_line():
    assert one_line("a\n  b\tc") == "a b c"
    assert "\x1b" not in one_line("\x1b]0;mine\x07") and "\u202e" not in one_line("\u202eabc")
    long = one_line("said first " + "long " * 1000 + "and the reason")
    assert len(long) == 500 and long.startswith("said first") and long.endswith("and the reason")


def test_an_interrupt_while_parts_are_still_being_imported_is_one_line(monkeypatch, capsys):
    class Interrupted:
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "trainer.cli.main", Interrupted())
    assert app.main(["cases"]) == 130
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("atoll: stopped")


def test_nothing_is_simulated_for_a_file_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("trainer.cli.course.engine", None)
    (tmp_path / "cop.dictionary.csv").mkdir()
    assert run(["simulate", "cop", "--out", str(tmp_path / "cop.csv")]) == 2
    assert "not a regular file" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["cop.dictionary.csv"]
