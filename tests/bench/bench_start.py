"""How long it takes from the command to the library on the screen, everything compiled."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIMES = 5
CODE = """
import os, resource, time
import trainer.ui.application as start
from PySide6.QtCore import QEvent, QObject

class Watch(QObject):
    def eventFilter(self, widget, event):
        if event.type() == QEvent.Type.Paint:
            spent = resource.getrusage(resource.RUSAGE_SELF)
            print(time.time() - float(os.environ["BEGUN"]), spent.ru_utime + spent.ru_stime, flush=True)
            os._exit(0)
        return False

made = start.window_of
def watched(*given):
    window = made(*given)
    window.watch = Watch()
    window.library.list.installEventFilter(window.watch)
    window.library.list.viewport().installEventFilter(window.watch)
    return window
start.window_of = watched
from trainer.app import main
main([])
"""


@pytest.mark.bench
def test_start_to_library(tmp_path, engine):

    found = []
    for _ in range(TIMES):
        environment = {**os.environ, "ATOLL_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "BEGUN": str(time.time())}
        done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True)
        found.append([float(word) for word in done.stdout.split()])
    wall, spent = (statistics.median(column) for column in zip(*found, strict=True))
    print(f"\nfrom the command to the library painted: {wall:.2f} s, of which {spent:.2f} s of processor, all threads")
