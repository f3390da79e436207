"""How one visit's chest differs from the anatomy's reference in place and shape.

Each visit has its own breath-hold, posture and place on the table. Ranges come from two visits 100 days apart
and nine pairs of COVID-19-NY-SBU patients: dome 5 to 10 mm per side independently, roll 5 degrees, pitch and yaw
2 degrees, in-plane shift 15 mm (standard deviations). Repeated full inspirations differ by 3 to 6 % in volume
(recalled, no source at hand).

The map from visit to reference is a formula; its inverse is found by fixed-point iteration to 0.01 mm.
An imported chest has its own field of view: it moves and rolls only as far as its body stays in the circle, for
beyond the circle nothing of it is known.
Sliding of the lung along the chest wall is not modelled: the diaphragm's pull fades slowly across the wall, so ribs
and spine go along by a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from trainer.chest.anatomy.model import Anatomy, Organ
from trainer.chest.opacity.atlas import Atlas
from trainer.core.chance import normal, uniform

INVERSE_ACCURACY_MM: Final = 0.01
_STREAM: Final = 0x5CA9
_WAVES: Final = 3
_MOST_ROLL: Final = 8.0  # degrees; a technologist straightens a patient who lies more askew (judgement)


def _step(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0.0, 1.0)
    out: np.ndarray = t * t * (3.0 - 2.0 * t)
    return out


def _rotation(roll: float, pitch: float, yaw: float) -> np.ndarray:
    """Return the rotation of (z, y, x) vectors for angles in radians: roll about z, pitch about x, yaw about y."""
    cr, sr, cp, sp, cy, sy = np.cos(roll), np.sin(roll), np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
    about_z = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    about_x = np.array([[cp, -sp, 0], [sp, cp, 0], [0, 0, 1]])
    about_y = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    out: np.ndarray = about_z @ about_x @ about_y
    return out


@dataclass(frozen=True, eq=False)
class Deformation:
    """The map between one visit's patient space and the anatomy's reference space, both in mm (z, y, x).

    Parameters
    ----------
    rotation : numpy.ndarray
        Shape (3, 3): posture.
    shift_mm : numpy.ndarray
        Shape (3,): place on the table.
    centre_mm, half_mm : numpy.ndarray
        Shape (3,): middle and half size of both lungs together.
    dome_mm : tuple of float
        How much lower the right and left dome stand than in the reference.
    apex_mm, base_mm : float
        Heights between which the diaphragm's pull grows from nothing to all.
    widening : float
        Share by which the cage is wider than in the reference.
    heart_mm : numpy.ndarray
        Shape (3,): where the left ventricle's wall moves; ``beat_mm`` how far.
    beat_mm : float
    waves : numpy.ndarray
        Shape (3, n, 5) for displacement along z, y, x: amplitude in mm, wave vector in 1/mm, phase.
    """

    rotation: np.ndarray
    shift_mm: np.ndarray
    centre_mm: np.ndarray
    half_mm: np.ndarray
    dome_mm: tuple[float, float]
    apex_mm: float
    base_mm: float
    widening: float
    heart_mm: np.ndarray
    beat_mm: float
    waves: np.ndarray

    def to_reference(self, points_mm: np.ndarray) -> np.ndarray:
        """Return where points of the visit, shape (..., 3), lie in the reference."""
        body = (np.asarray(points_mm, np.float64) - self.shift_mm - self.centre_mm) @ self.rotation + self.centre_mm
        out: np.ndarray = body + self._displacement(body)
        return out

    def to_visit(self, points_mm: np.ndarray) -> np.ndarray:
        """Return where points of the reference, shape (..., 3), lie in the visit, to `INVERSE_ACCURACY_MM`."""
        wanted = np.asarray(points_mm, np.float64)
        body = wanted - self._displacement(wanted)
        for _ in range(60):
            miss = wanted - body - self._displacement(body)
            body = body + miss
            if np.abs(miss).max(initial=0.0) < 0.1 * INVERSE_ACCURACY_MM:
                break
        out: np.ndarray = (body - self.centre_mm) @ self.rotation.T + self.centre_mm + self.shift_mm
        return out

    def _displacement(self, body: np.ndarray) -> np.ndarray:
        away = body - self.centre_mm
        u = np.zeros_like(body)
        pull = _step((self.apex_mm - body[..., 0]) / (self.apex_mm - self.base_mm))
        radius = np.hypot(away[..., 1] / self.half_mm[1], away[..., 2] / self.half_mm[2])
        inside = 1.0 - _step((radius - 0.65) / 0.9)
        left = 0.5 * (1.0 + np.tanh(away[..., 2] / 25.0))
        u[..., 0] = pull * inside * ((1.0 - left) * self.dome_mm[0] + left * self.dome_mm[1])
        u[..., 1:] = -self.widening * away[..., 1:]
        beat = body - self.heart_mm
        reach = np.exp(-0.5 * (beat**2).sum(axis=-1) / 26.0**2)
        u[..., 2] += self.beat_mm * reach
        u[..., 1] -= 0.5 * self.beat_mm * reach
        for a in range(3):
            for amplitude, kz, ky, kx, phase in self.waves[a]:
                u[..., a] += amplitude * np.sin(kz * body[..., 0] + ky * body[..., 1] + kx * body[..., 2] + phase)
        return u

    def volume_ratio(self, points_mm: np.ndarray) -> float:
        """Return how much larger the tissue at reference points, shape (n, 3), is in the visit, on average."""
        eps = 1.0
        columns = [
            (self._displacement(points_mm + eps * e) - self._displacement(points_mm - eps * e)) / (2.0 * eps)
            for e in np.eye(3)
        ]
        jacobian = np.eye(3) + np.stack(columns, axis=-1)
        return float(np.mean(1.0 / np.linalg.det(jacobian)))


def _frame(anatomy: Anatomy, atlas: Atlas) -> tuple[np.ndarray, np.ndarray, float, float]:
    boxes = [b for b in atlas.boxes if b[0].stop > b[0].start]
    low = atlas.position(np.array([min(b[a].start for b in boxes) for a in range(3)]))
    high = atlas.position(np.array([max(b[a].stop - 1 for b in boxes) for a in range(3)]))
    marks = anatomy.landmarks
    base = 0.5 * (marks["right_dome"][0] + marks["left_dome"][0])
    apex = max(marks["carina"][0] + 20.0, base + 60.0)
    return 0.5 * (low + high), 0.5 * (high - low), apex, base


def reference_deformation(anatomy: Anatomy, atlas: Atlas) -> Deformation:
    """Return the deformation that changes nothing."""
    centre, half, apex, base = _frame(anatomy, atlas)
    heart = np.array(anatomy.landmarks["left_hilum"]) + np.array((-35.0, -40.0, 15.0))
    return Deformation(
        np.eye(3), np.zeros(3), centre, half, (0.0, 0.0), apex, base, 0.0, heart, 0.0, np.zeros((3, _WAVES, 5))
    )


def _room_mm(anatomy: Anatomy) -> float:
    """Return how far the body lies from the edge of its own field of view."""
    organ = anatomy.organ[:: max(1, anatomy.grid.shape[0] // 20), ::2, ::2]
    rows, columns = np.nonzero((organ != Organ.OUTSIDE).any(axis=0))
    _, ny, nx = anatomy.grid.shape
    _, dy, dx = anatomy.grid.spacing_mm
    reach = np.hypot((2.0 * rows - 0.5 * (ny - 1)) * dy, (2.0 * columns - 0.5 * (nx - 1)) * dx)
    return 0.5 * nx * dx - float(reach.max(initial=0.0))


def _within(room_mm: float, roll: float, shift_mm: np.ndarray, arm_mm: float) -> float:
    """Return the share of a roll and shift that moves no part of the body by more than there is room."""
    most = float(np.hypot(shift_mm[1], shift_mm[2])) + abs(roll) * arm_mm
    return min(1.0, max(0.0, room_mm) / max(most, 1e-6))


def visit_deformation(anatomy: Anatomy, atlas: Atlas, visit_key: int) -> Deformation:
    """Return the deformation of the visit with this 64-bit key."""
    key: Any = np.uint64(visit_key)  # numba reads a plain integer as signed

    def gauss(index: int, sd: float) -> float:
        return sd * max(-2.2, min(2.2, float(normal(key, _STREAM, 0, index))))

    def even(index: int, low: float, high: float) -> float:
        return low + (high - low) * float(uniform(key, _STREAM, 1, index))

    still = reference_deformation(anatomy, atlas)
    degree = np.pi / 180.0
    waves = np.zeros((3, _WAVES, 5))
    for a in range(3):
        for n in range(_WAVES):
            i = 10 * (a * _WAVES + n)
            k = np.array([gauss(100 + i + j, 1.0) for j in range(3)])
            k *= 2.0 * np.pi / even(100 + i, 60.0, 130.0) / max(float(np.linalg.norm(k)), 1e-3)
            waves[a, n] = (even(101 + i, 0.3, 0.9), k[0], k[1], k[2], even(102 + i, 0.0, 2.0 * np.pi))
    roll = max(-_MOST_ROLL, min(_MOST_ROLL, gauss(0, 5.0))) * degree
    shift = np.array([even(3, -60.0, 60.0), gauss(4, 12.0), gauss(5, 12.0)])
    if anatomy.acquisition is not None:
        grid = anatomy.grid
        middle = [o + 0.5 * (n - 1) * d for o, n, d in zip(grid.origin_mm, grid.shape, grid.spacing_mm, strict=True)]
        off = still.centre_mm - middle
        share = _within(_room_mm(anatomy), roll, shift, float(np.hypot(off[1], off[2])))
        roll, shift[1:] = roll * share, shift[1:] * share
    return Deformation(
        rotation=_rotation(roll, gauss(1, 2.0) * degree, gauss(2, 2.0) * degree),
        shift_mm=shift,
        centre_mm=still.centre_mm,
        half_mm=still.half_mm,
        dome_mm=(gauss(6, 7.0), gauss(7, 7.0)),
        apex_mm=still.apex_mm,
        base_mm=still.base_mm,
        widening=gauss(8, 0.007),
        heart_mm=still.heart_mm,
        beat_mm=even(9, -5.0, 5.0),
        waves=waves,
    )
