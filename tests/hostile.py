"""Inputs that were damaged or made to do harm, and a watch over what reading them does."""

import copy
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trainer.core.error import BadInput

MOST_SECONDS = 2.0
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PATHS = {
    "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1,
    "os.chmod": 1, "os.chown": 1, "os.utime": 1, "shutil.rmtree": 1,
}  # fmt: skip
_NEVER = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.startfile", "subprocess.", "socket.", "webbrowser.")
_watched = {"folder": None}
_broken = []


def _hook(event, arguments):
    folder = _watched["folder"]
    if folder is None:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, str | bytes | Path) and flags & _WRITING:
            _hold(event, path, folder)
    elif event in _PATHS:
        by_handle = event != "shutil.rmtree" and arguments[-1] not in (-1, None)  # within a folder that was checked
        for path in () if by_handle else arguments[: _PATHS[event]]:
            _hold(event, path, folder)
    elif event.startswith(_NEVER):
        _broken.append(f"{event} {arguments!r:.200}")


def _hold(event, path, folder):
    where = os.path.realpath(os.fsdecode(path))
    if "__pycache__" not in where and where != folder and not where.startswith(folder + os.sep):
        _broken.append(f"{event} {where}")


sys.addaudithook(_hook)


@dataclass
class Watch:
    """Counts inputs, and fails on any that takes long, writes elsewhere, starts something, or is no clear complaint.

    Parameters
    ----------
    folder : Path
        The only place where anything may be written.
    """

    folder: Path
    inputs: int = 0
    refused: int = 0
    worst_s: float = 0.0
    said: list = field(default_factory=list)

    @contextmanager
    def over(self, what):
        """Watch the reading of one input."""
        _broken.clear()
        _watched["folder"] = os.path.realpath(self.folder)
        begin, wall = time.process_time(), time.monotonic()
        try:
            yield
        except BadInput as error:
            line = str(error)
            self.refused += 1
            self.said.append(line)
            assert line.strip() and "\n" not in line and "Traceback" not in line, (what, line)
        finally:
            took = time.process_time() - begin
            _watched["folder"] = None
            self.inputs += 1
            self.worst_s = max(self.worst_s, took)
        assert not _broken, (what, _broken[:3])
        assert took < MOST_SECONDS and time.monotonic() - wall < 10 * MOST_SECONDS, (what, took)

    def tell(self, title):
        """Print the figures."""
        print(f"{title}: {self.inputs} inputs, {self.refused} refused, the slowest {self.worst_s:.2f} s")


_SPLICES = [
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\n", b"\r\n", b"\t", b":", b": ", b"- ", b"? ", b"[", b"]", b"{",
    b"}", b"[" * 50, b"{" * 50, b"&a ", b"*a", b"!!python/object/apply:os.system ", b"!x ", b"<<: ", b"%YAML 9.9\n",
    b"---\n", b"...\n", b"|\n", b">\n", b"'", b'"', b"\\", b"#", b"-1", b"0", b"1e999", b".inf", b".nan", b"NaN",
    b"Infinity", b"9" * 30, b"9" * 5000, b"-" * 40, b"0x7f", b"1:30", b"null", b"~", b"true", b"2001-01-01",
    b"../../x", b"/etc/passwd", b"\\ud800", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\x1b[2J", b"<img src='//far/x'>",
    b"{person.__class__}", b"%s%n", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xf0\x9f\x92\x80", b"id",
    b"x" * 3000, b"=cmd|' /C calc'!A0",
]  # fmt: skip


def mutated(raw, seed, times=None):
    """Return bytes with up to a few random changes; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    out = bytearray(raw)
    for _ in range(times or int(rng.integers(1, 4))):
        at, to = sorted(int(n) for n in rng.integers(0, len(out) + 1, 2))
        to = min(to, at + 200)
        match int(rng.integers(0, 8)):
            case 0:  # a bit
                if out:
                    out[min(at, len(out) - 1)] ^= 1 << int(rng.integers(0, 8))
            case 1:  # some bytes of chance
                out[at:to] = rng.bytes(to - at)
            case 2:  # cut out
                del out[at:to]
            case 3:  # cut off
                del out[max(at, len(out) // 3) :]
            case 4:  # twice
                out[to:to] = out[at:to]
            case 5:  # moved
                piece = bytes(out[at:to])
                del out[at:to]
                where = int(rng.integers(0, len(out) + 1))
                out[where:where] = piece
            case _:  # something that means something to some reader
                piece = _SPLICES[int(rng.integers(0, len(_SPLICES)))]
                out[at : at + int(rng.integers(0, 4))] = piece
    return bytes(out)


_VALUES = [
    None, True, False, 0, -1, 1, 5, 3650, 3651, 10**6, 2**31, 2**63 - 1, 2**63, -(2**63), 10**30, 0.0, -0.5, 0.05,
    1e308, 5e-324, "", "x", "cop", "cough", "a" * 90, "\u202e", "\x00", "../x", "relapse", "textbook", "1", "0.5", [],
    {}, [[]], [None], {"x": 1}, [1, 2], {"": ""},
]  # fmt: skip


def places_in(value, where=()):
    """Return the paths of all values below one."""
    found = [where]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places_in(inner, (*where, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += places_in(inner, (*where, number))
    return found


def changed(value, seed, times=None):
    """Return a deep copy of plain values with a few of them replaced, removed, doubled, moved or renamed."""
    rng = np.random.default_rng(seed)
    out = copy.deepcopy(value)
    for _ in range(times or int(rng.integers(1, 4))):
        places = places_in(out)[1:]
        if not places:
            break
        *way, last = places[int(rng.integers(0, len(places)))]
        holder = out
        for step in way:
            holder = holder[step]
        here = holder[last]
        match int(rng.integers(0, 7)):
            case 0:
                del holder[last]
            case 1 if isinstance(holder, list):
                holder.insert(last, copy.deepcopy(here))
            case 2 if isinstance(holder, list):
                holder.insert(int(rng.integers(0, len(holder))), holder.pop(last))
            case 3 if isinstance(holder, dict):
                holder[f"{last}x"] = holder.pop(last)
            case 4 if isinstance(here, int | float) and not isinstance(here, bool):
                holder[last] = type(here)(here * float(rng.choice([-1.0, 0.5, 2.0, 10.0]))) + int(rng.integers(-2, 3))
            case 5:  # the value of another place
                *there, end = places[int(rng.integers(0, len(places)))]
                source = out
                for step in there:
                    source = source[step]
                holder[last] = copy.deepcopy(source[end])
            case _:
                holder[last] = copy.deepcopy(_VALUES[int(rng.integers(0, len(_VALUES)))])
    return out
