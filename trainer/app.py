"""The only place where the parts are wired together: no words open the window, words run a command."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

_INTERRUPTED = 130
_ENDING = ("SIGTERM", "SIGHUP")  # a closed terminal too leaves nothing half-written; Windows has no SIGHUP


def main(words: Sequence[str] | None = None) -> int:
    """Run `atoll`; return its exit status."""
    given = list(sys.argv[1:] if words is None else words)
    if sys.stderr is None:  # closed by the shell; complaints then go nowhere
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stays open to the end
    try:
        if not given:
            return window()
        if given == ["decode-slices"]:  # a process that the reader of DICOM begins
            from trainer.dicom.incoming.decoding import serve

            return serve()
        from trainer.cli.main import run

        for name in _ENDING:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _end)
        return run(given)
    except KeyboardInterrupt:
        print("atoll: stopped; nothing half-written was left", file=sys.stderr)
        return _INTERRUPTED


def _end(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def window() -> int:
    """Open the window; return the exit status of the application."""
    from trainer.ui.application import start

    return start()


if __name__ == "__main__":
    raise SystemExit(main())
