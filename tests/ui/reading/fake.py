"""Pictures without a chest: synthetic slices that are ready when the test says so."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from trainer.chest.display import plane, slab
from trainer.course.opacity import OPACITY, ChestState
from trainer.ui.reading.plane import Lattice
from trainer.ui.reading.scan import Scan

SHIFT = 3  # slices by which each visit lies higher than the one before


def scan(day, course=""):
    return Scan(day, ChestState(0, np.zeros(0, OPACITY)), 100 + day, course)


class FakePictures(QObject):
    """A stack of slices for each scan; slice n of a visit holds -1000 + 5 n and a bright block."""

    arrived = Signal(object)
    progressed = Signal(float, str)
    failed = Signal(str)
    ready_changed = Signal()

    def __init__(self, shape=(60, 64, 64), spacing_mm=(2.0, 1.5, 1.5), ready=True, hu=None):
        super().__init__()
        self.lattice = Lattice(shape, spacing_mm, (-100.0, -40.0, -45.0))
        z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
        self.hu = (-1000 + 5 * z + 0 * y + 0 * x).astype(np.int16) if hu is None else hu
        if hu is None:
            self.hu[:, 20:30, 10:20] = 100
        self.ready, self.scans = ready, ()
        self.as_scanned = False
        self.absent = set()  # (name, index) of axial slices that are not ready
        self.wanted, self.wholes, self.searched = [], [], []
        self.labels = {}  # place -> label
        self.frames = {}

    def reconstruction(self, kernel):
        return f"{kernel} kernel"

    def thickness_mm(self, name):
        return 1.0

    def set_scans(self, scans):
        self.scans = tuple(scans)

    def become(self, ready):
        self.ready = ready
        self.ready_changed.emit()

    def count(self, name, plane):
        return self.lattice.count(plane) if self.ready and name in [s.name for s in self.scans] else 0

    def spacing_mm(self, name):
        return self.lattice.spacing_mm

    def position_mm(self, ask):
        return self.lattice.position_mm(ask.plane, ask.index)

    def index_at(self, name, plane, place_mm):
        return self.lattice.index_at(plane, place_mm[("axial", "coronal", "sagittal").index(plane)])

    def _order(self, name):
        return sorted(s.name for s in self.scans).index(name)

    def linked_mm(self, place_mm, from_name, to_name):
        up = SHIFT * self.lattice.spacing_mm[0] * (self._order(to_name) - self._order(from_name))
        return place_mm[0] + up, place_mm[1], place_mm[2]

    def linked_index(self, ask, to_name):
        if ask.plane != "axial":
            return ask.index
        index = ask.index + SHIFT * (self._order(to_name) - self._order(ask.scan))
        return min(max(index, 0), self.lattice.shape[0] - 1)

    def now(self, ask):
        index = ask.index
        if ask.plane == "axial":
            there = [n for n in range(self.lattice.shape[0]) if (ask.scan, n) not in self.absent]
            if not there:
                return None
            index = min(there, key=lambda n: abs(n - ask.index))
        really = ask if index == ask.index else type(ask)(ask.scan, index, ask.plane, ask.kernel)
        if really not in self.frames:
            hu = plane(self.hu, ask.plane, index)
            if really.slab_mm:
                planes = self.lattice.planes_of(really)
                hu = slab(self.hu, ask.plane, planes[0], planes[-1], really.slab)
            self.frames[really] = self.lattice.frame(really, hu.copy())
        return self.frames[really]

    def arrive(self, ask):
        self.absent.discard((ask.scan, ask.index))
        self.arrived.emit(ask)

    def want(self, asks):
        self.wanted = list(asks)

    def want_whole(self, name, kernel):
        self.wholes.append((name, kernel))

    def cancel_whole(self):
        self.wholes.append("cancelled")

    def cancel_building(self):
        self.wholes.append("not built")

    def opacity_at(self, name, place_mm, then):
        self.searched.append((name, place_mm, then))

    def truth(self, ask, then):
        mask = np.zeros(self.lattice.shape[1:], bool)
        mask[20:30, 10:20] = True
        then({7: mask})
