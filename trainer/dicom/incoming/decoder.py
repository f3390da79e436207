"""The near side of the process that decodes coded slices: what it is given is checked, and how long it may take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Final, Self

from trainer.core.error import BadInput
from trainer.dicom.incoming.codestream import Coded, declared_by
from trainer.dicom.incoming.decoding import ANSWER, READY, REQUEST, SYNTAXES, WORD
from trainer.dicom.incoming.header import Stored
from trainer.dicom.incoming.payload import Damaged
from trainer.dicom.incoming.syntax import Syntax

_ROOT: Final = Path(__file__).resolve().parents[3]
_START_SECONDS: Final = 60.0
_SLICE_SECONDS: Final = 30.0  # by the clock; the process itself stops after 8 of the processor's
_RLE_HEADER: Final = 64


class Decoder:
    """Decodes slices in a process of its own, which is begun with the first of them and ended with the block."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def decode(self, raw: bytes, syntax: Syntax, stored: Stored) -> tuple[bytes, int]:
        """Return the pixels of a slice, little endian, and how many bits each takes.

        Raises
        ------
        Damaged
            If they cannot be decoded, or are not as many or as large as the slice's header says.
        BadInput
            If no decoder can be started.
        """
        coded = _checked(raw, syntax, stored)
        allocated = stored.allocated if syntax.codec == "rle" else 8 if coded.bits == 8 else 16
        head = REQUEST.pack(
            SYNTAXES.index(syntax.uid), coded.rows, coded.columns, allocated, coded.bits, coded.signed, len(raw)
        )
        pixels = self._ask(self._started(), head + raw)
        if len(pixels) != coded.rows * coded.columns * allocated // 8:
            raise Damaged(f"holds damaged {syntax.name} pixels; export it again, best without compression")
        return pixels, allocated

    def _started(self) -> subprocess.Popen[bytes]:
        """Return the process, begun anew if there is none or the last one crashed."""
        if self._child is None:
            path = os.environ.get("PYTHONPATH")
            around = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{path}" if path else str(_ROOT)}
            try:
                self._child = subprocess.Popen(  # noqa: S603 - our own program
                    command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=around,
                    cwd=_ROOT, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )  # fmt: skip
            except OSError as error:
                raise _no_decoder() from error
            if self._timed(self._child, b"", len(READY), _START_SECONDS) != READY:
                self._end()
                raise _no_decoder()
        return self._child

    def _ask(self, child: subprocess.Popen[bytes], request: bytes) -> bytes:
        """Return the pixels, or nothing if there are none to be had."""
        head = self._timed(child, request, ANSWER.size, _SLICE_SECONDS)
        if len(head) < ANSWER.size:
            self._end()  # it crashed or hung; the next slice has a new one
            return b""
        _, length = ANSWER.unpack(head)
        return self._timed(child, b"", length, _SLICE_SECONDS)

    @staticmethod
    def _timed(child: subprocess.Popen[bytes], request: bytes, size: int, seconds: float) -> bytes:
        """Send a request and return so many bytes of what comes back; fewer if the process ends or hangs."""
        to, back = child.stdin, child.stdout
        assert to is not None
        assert back is not None
        watch = Timer(seconds, child.kill)
        watch.daemon = True
        watch.start()
        try:
            to.write(request)
            to.flush()
            return back.read(size)
        except OSError:
            return b""
        finally:
            watch.cancel()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            _close(stream)


def command() -> tuple[str, ...]:
    """Return the command that becomes the decoding process: the bundle's own, or this Python's."""
    if getattr(sys, "frozen", False):
        own = Path(sys.executable)
        return str(own.with_name(f"atoll{own.suffix}")), WORD
    return sys.executable, "-P", "-m", "trainer.app", WORD  # -P: never a module from the folder that is read


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:  # what was still to be sent goes nowhere
        pass


def _no_decoder() -> BadInput:
    return BadInput("the decoder of compressed slices cannot be started; install Atoll again, or export uncompressed")


def _checked(raw: bytes, syntax: Syntax, stored: Stored) -> Coded:
    """Return what a codestream says of itself, if that is what the slice's header says of it."""
    if syntax.codec == "rle":
        if len(raw) < _RLE_HEADER or int.from_bytes(raw[:4], "little") != stored.allocated // 8:
            raise Damaged("holds damaged RLE pixels; export it again, best without compression")
        return Coded(stored.rows, stored.columns, stored.bits, stored.signed)
    try:
        coded = declared_by(raw, syntax.codec)
    except ValueError as error:
        raise Damaged(f"holds damaged {syntax.name} pixels; export it again, best without compression") from error
    if (coded.rows, coded.columns) != (stored.rows, stored.columns):
        raise Damaged(
            f"holds {coded.rows} x {coded.columns} coded pixels where its header says "
            f"{stored.rows} x {stored.columns}; export it again"
        )
    return coded
