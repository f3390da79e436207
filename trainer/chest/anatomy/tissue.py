"""From distances to Hounsfield units: each voxel a mixture by share, each tissue with its own texture.

Values are those of two real chests in soft kernels: fat -103, muscle 46 to 48, blood 40, liver 53 without
contrast, spleen 50, marrow of ribs 111 to 123 and of vertebrae 87 to 177, rim of ribs 386 to 465 (partial volume
included, hence more here), tracheal lumen -957 to -965 (mean of a region, hence less here).
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy.bar import Kind
from trainer.chest.anatomy.model import Organ
from trainer.chest.anatomy.noise import noise

# Rows of the stack of coarse fields, each a signed distance in mm.
(
    BODY, WALL, HEART, VESSEL, AIRWAY, LUMEN, GULLET, THYROID, UNDER, LIVER, SPLEEN, STOMACH, BOWEL, LUNG, SIDE, BREAST,
    CROWN, SEPTUM, BLOOD, NODE, AORTA, VEIN,
) = range(22)  # fmt: skip
FIELDS = 22

# What the kernels need of the person, in this order.
MARBLING, CALCIFICATION, BONE_DENSITY, GLAND, PLAQUE, LIVER_HU, VISCERAL = range(7)

_OUTSIDE, _SKIN, _FAT, _MUSCLE, _BONE = (int(o) for o in list(Organ)[:5])
_CARTILAGE, _LUNG, _AIRWAY, _HEART, _VESSEL = (int(o) for o in list(Organ)[5:10])
_GULLET, _MEDIASTINUM, _ABDOMEN, _BREAST, _STOMACH = (int(o) for o in list(Organ)[10:15])
_KIND_CARTILAGE, _KIND_DISC, _KIND_CANAL = int(Kind.CARTILAGE), int(Kind.DISC), int(Kind.CANAL)

# The organ that each `Kind` counts as; the canal's content is nearest to muscle.
_KIND_ORGAN = np.array([0, 4, 4, 4, 4, 4, 4, 5, 5, 3], dtype=np.uint8)


def bone_table() -> np.ndarray:
    """Return thickness of cortex (mm), HU of cortex, of marrow and of its texture by `Kind`, float32 (10, 4)."""
    table = np.zeros((10, 4), dtype=np.float32)
    table[Kind.RIB] = (1.05, 640.0, 105.0, 45.0)
    table[Kind.BODY] = (0.9, 560.0, 165.0, 75.0)
    table[Kind.ARCH] = (1.3, 560.0, 190.0, 60.0)
    table[Kind.STERNUM] = (1.0, 600.0, 60.0, 60.0)
    table[Kind.SCAPULA] = (1.2, 780.0, 150.0, 60.0)
    table[Kind.LONG] = (2.0, 850.0, 90.0, 60.0)
    return table


@nb.njit(cache=True, nogil=True)
def _blend(hu: Any, value: Any, share: Any) -> Any:
    return hu + share * (value - hu)


@nb.njit(cache=True, nogil=True)
def _share(distance: Any, step: Any) -> Any:
    """Return the share of a voxel of width ``step`` that lies inside a surface at ``distance``."""
    return min(1.0, max(0.0, 0.5 - distance / step))


@nb.njit(cache=True, nogil=True)
def _lines(stack: Any, i: Any, j: Any, ratio: Any, line: Any, near: Any) -> Any:
    """Read every field along one row of the fine grid, still on the coarse lattice along x."""
    fz, fy = i * ratio[0], j * ratio[1]
    z0 = min(int(fz), stack.shape[1] - 2)
    y0 = min(int(fy), stack.shape[2] - 2)
    tz, ty = np.float32(fz - z0), np.float32(fy - y0)
    for f in range(stack.shape[0]):
        low = np.float32(99.0)
        for c in range(stack.shape[3]):
            a = stack[f, z0, y0, c] + ty * (stack[f, z0, y0 + 1, c] - stack[f, z0, y0, c])
            b = stack[f, z0 + 1, y0, c] + ty * (stack[f, z0 + 1, y0 + 1, c] - stack[f, z0 + 1, y0, c])
            v = a + tz * (b - a)
            line[f, c] = v
            low = min(low, v)
        near[f] = low < 2.0


@nb.njit(cache=True, nogil=True)
def _at(line: Any, f: Any, x0: Any, tx: Any) -> Any:
    return line[f, x0] + tx * (line[f, x0 + 1] - line[f, x0])


@nb.njit(cache=True, nogil=True)
def _in_wall(
    line: Any,
    near: Any,
    x0: Any,
    tx: Any,
    muscle: Any,
    wall: Any,
    p: Any,
    grains: Any,
    step: Any,
    table: Any,
    person: Any,
) -> Any:
    """Return HU and organ of the chest wall: fat, muscle, breast."""
    coarse, grain = grains
    # fibrous septa run through the fat under the skin
    septum = abs(noise(table, p[0] / 22.0 - 4.0, p[1] / 13.0, p[2] / 13.0 + 2.0))
    value = -106.0 + 7.0 * coarse + 5.0 * grain + 45.0 * max(0.0, 1.0 - septum / 0.07)
    what = _FAT
    a = _share(muscle, step) * _share(-wall - 0.6, step)
    flesh = 50.0 + 6.0 * coarse + 5.0 * grain
    flesh -= 60.0 * person[MARBLING] * max(0.0, coarse + 0.5 * grain - 0.35)
    value = _blend(value, flesh, a)
    if near[BREAST]:
        d = _at(line, BREAST, x0, tx)
        # glands lie in strands and patches, densest in the middle
        gland = 0.9 * noise(table, p[0] / 17.0, p[1] / 11.0 + 3.0, p[2] / 11.0)
        gland += 0.7 * (1.0 - 3.0 * abs(noise(table, p[0] / 15.0 + 8.0, p[1] / 9.0, p[2] / 9.0)))
        g = _share(d + 10.0, 12.0) * min(1.0, max(0.0, 1.2 * (gland - 0.3 + person[GLAND]))) * (1.0 - a)
        value = _blend(value, 15.0, 0.85 * g)
        if d < 0.0:
            what = _BREAST
    if a >= 0.5:
        what = _MUSCLE
    return value, what


@nb.njit(cache=True, nogil=True)
def _in_belly(
    value: Any, what: Any, line: Any, near: Any, x0: Any, tx: Any, p: Any, grains: Any, step: Any, table: Any,
    person: Any,
) -> Any:  # fmt: skip
    """Return HU and organ under the diaphragm: liver, spleen, colon, stomach in the fat given."""
    coarse, grain = grains
    soft = 5.0 * grain
    # vessels of mesentery and omentum in the fat: where two smooth noises vanish together
    first = noise(table, p[0] / 21.0 + 6.0, p[1] / 17.0, p[2] / 17.0)
    second = noise(table, p[0] / 21.0 - 9.0, p[1] / 17.0 + 3.0, p[2] / 17.0)
    value = _blend(value, 38.0, min(1.0, max(0.0, 1.6 - math.sqrt(first * first + second * second) / 0.055)))
    if near[LIVER]:
        flesh = person[LIVER_HU] + soft + 2.0 * coarse
        if near[VEIN]:
            # without contrast the veins are darker than the liver
            flesh = _blend(flesh, 38.0, _share(_at(line, VEIN, x0, tx), step))
        value = _blend(value, flesh, _share(_at(line, LIVER, x0, tx), step))
    if near[SPLEEN]:
        value = _blend(value, 50.0 + soft, _share(_at(line, SPLEEN, x0, tx), step))
    if near[BOWEL]:
        d = _at(line, BOWEL, x0, tx)
        value = _blend(value, 40.0 + soft, _share(d, step))
        if d < -2.0:
            stool = noise(table, p[0] / 5.0, p[1] / 5.0, p[2] / 5.0)
            # stool sticks to the wall in lumps, so gas among it has no level
            lump = noise(table, p[0] / 15.0 + 7.0, p[1] / 13.0, p[2] / 13.0) + 0.6 * stool
            fill = _blend(-60.0 + 160.0 * stool, -930.0, min(1.0, max(0.0, 0.7 - 3.5 * lump)))
            value = _blend(value, fill, _share(d + 2.5, step))
    if near[STOMACH]:
        d = _at(line, STOMACH, x0, tx)
        value = _blend(value, 42.0 + soft, _share(d, step))
        a = _share(d + 4.5 + 0.4 * coarse, step)
        value = _blend(value, 18.0 + 14.0 * coarse, a)
        if a > 0.5:
            what = _STOMACH
    return value, what


@nb.njit(cache=True, nogil=True)
def _groove(value: Any, depth: Any, line: Any, x0: Any, tx: Any, p: Any, coarse: Any, table: Any, person: Any) -> Any:
    """Return HU with the fat in the heart's grooves, which tapers inward, and the coronary vessels in it."""
    crown = 0.55 * _at(line, CROWN, x0, tx)
    fat = person[VISCERAL] * (1.0 + 0.5 * coarse)
    width = 3.4 * fat * max(0.0, 1.0 - depth / (9.0 + 5.0 * person[VISCERAL])) ** 1.3
    value = _blend(value, -95.0, _share(abs(crown) - width, 1.5) if width > 0.1 else 0.0)
    vessel = math.sqrt(crown * crown + (depth - 4.0) ** 2) - 1.9
    if crown > 0.0:
        seam = 0.55 * _at(line, SEPTUM, x0, tx)
        width = 2.4 * fat * max(0.0, 1.0 - depth / 7.0)
        value = _blend(value, -95.0, _share(abs(seam) - width, 1.5) if width > 0.1 else 0.0)
        vessel = min(vessel, math.sqrt(seam * seam + (depth - 1.5) ** 2) - 1.6)
    if vessel < 0.5:
        crust = noise(table, p[0] / 6.0 + 5.0, p[1] / 6.0, p[2] / 6.0)
        chalk = min(1.0, max(0.0, 5.0 * (crust - 1.05 + person[PLAQUE])))
        value = _blend(value, 40.0 + 600.0 * chalk, _share(vessel, 0.9))
    return value


@nb.njit(cache=True, nogil=True)
def _heart(
    value: Any, what: Any, line: Any, near: Any, x0: Any, tx: Any, p: Any, grains: Any, step: Any, table: Any,
    person: Any,
) -> Any:  # fmt: skip
    """Return HU and organ with the heart, the fat in its grooves and the pericardium drawn over what is there."""
    coarse, grain = grains
    d = _at(line, HEART, x0, tx)
    a = _share(d, step)
    blood = 40.0 + 3.0 * coarse + 4.0 * grain
    if near[BLOOD]:
        b = _at(line, BLOOD, x0, tx)
        blood = _blend(blood, 48.0 + 3.0 * coarse, _share(-b, 4.0) * _share(b - 11.0, 2.0))
    value = _blend(value, blood, a)
    free = min(1.0, max(0.0, (_at(line, VESSEL, x0, tx) - 6.0) / 6.0))
    if d < 3.0 and free > 0.0:
        value = _blend(value, _groove(value, -d, line, x0, tx, p, coarse, table, person), free)
    # the pericardium shows between two layers of fat, away from the roots of the vessels
    leaf = _share(abs(d - 3.0 - 1.5 * coarse) - 0.3, step) * (1.0 - a)
    value = _blend(value, 10.0, 0.8 * leaf * free)
    return value, _HEART if a >= 0.5 else what


@nb.njit(cache=True, nogil=True)
def _in_middle(
    value: Any,
    what: Any,
    line: Any,
    near: Any,
    x0: Any,
    tx: Any,
    p: Any,
    grains: Any,
    step: Any,
    table: Any,
    person: Any,
) -> Any:
    """Return HU and organ with vessels, nodes, thyroid, gullet and airways drawn over what is there."""
    coarse, grain = grains
    if near[HEART]:
        value, what = _heart(value, what, line, near, x0, tx, p, grains, step, table, person)
    if near[THYROID]:
        value = _blend(value, 105.0 + 12.0 * grain, _share(_at(line, THYROID, x0, tx), step))
    if near[VESSEL]:
        a = _share(_at(line, VESSEL, x0, tx), step)
        value = _blend(value, 40.0 + 4.0 * grain, a)
        if near[AORTA]:
            d = _at(line, AORTA, x0, tx)
            crust = noise(table, p[0] / 7.0, p[1] / 6.0 + 9.0, p[2] / 6.0) + 0.5 * coarse
            chalk = min(1.0, max(0.0, 6.0 * (crust - 1.15 + person[PLAQUE])))
            value = _blend(value, 650.0, chalk * _share(abs(d + 0.9) - 0.7, step))
        if a >= 0.5:
            what = _VESSEL
    if near[GULLET]:
        d = _at(line, GULLET, x0, tx)
        a = _share(d, step)
        value = _blend(value, 36.0 + 5.0 * grain, a)
        gas = noise(table, p[0] / 16.0, 5.5, 8.5)
        value = _blend(value, -850.0, _share(d + 5.2 - 2.8 * gas, step) * a)
        if a >= 0.5:
            what = _GULLET
    if near[NODE]:
        value = _blend(value, 36.0 + 8.0 * grain, _share(_at(line, NODE, x0, tx), step))
    if near[AIRWAY]:
        a = _share(_at(line, AIRWAY, x0, tx) + 0.25 * coarse, step)
        value = _blend(value, 38.0, a)
        value = _blend(value, -992.0, _share(_at(line, LUMEN, x0, tx), step))
        if a >= 0.5:
            what = _AIRWAY
    return value, what


@nb.njit(cache=True, nogil=True)
def _in_bone(d: Any, kind: Any, p: Any, grains: Any, table: Any, person: Any, bones: Any) -> Any:
    """Return HU at depth ``d`` (mm, negative inside) of a bone, cartilage or disc."""
    coarse, grain = grains
    if kind == _KIND_CARTILAGE:
        crust = noise(table, p[0] / 5.0, p[1] / 4.0, p[2] / 4.0 + 6.0)
        chalk = person[CALCIFICATION] + 0.5 * crust - 0.62 + 0.25 * max(-1.0, d + 1.0)
        return 95.0 + 1100.0 * max(0.0, chalk)
    if kind == _KIND_DISC:
        return 82.0 + 8.0 * grain
    if kind == _KIND_CANAL:
        return 24.0 + 8.0 * grain
    marrow = bones[kind, 2] * person[BONE_DENSITY] + bones[kind, 3] * (grain + 0.5 * coarse)
    thick = bones[kind, 0] * (1.0 + 0.35 * coarse)
    shell = min(1.0, max(0.0, 0.5 + (d + thick) / 0.9))
    return _blend(marrow, bones[kind, 1] * (0.5 + 0.5 * person[BONE_DENSITY]), shell)


@nb.njit(cache=True, nogil=True)
def _soft(line: Any, near: Any, x0: Any, tx: Any, muscle: Any, p: Any, step: Any, table: Any, person: Any) -> Any:
    """Return HU and organ of all but bone, skin and lung at one point, with the two grains of its texture."""
    grains = (
        noise(table, p[0] / 9.0, p[1] / 6.0, p[2] / 6.0),
        noise(table, p[0] / 2.6 + 11.0, p[1] / 2.2, p[2] / 2.2),
    )
    wall = _at(line, WALL, x0, tx)
    under = _at(line, UNDER, x0, tx)
    if wall > -2.0:
        value, what = _in_wall(line, near, x0, tx, muscle, wall, p, grains, step, table, person)
    else:
        strand = abs(noise(table, p[0] / 14.0 - 4.0, p[1] / 9.0, p[2] / 9.0 + 2.0))
        value = -105.0 + 8.0 * grains[0] + 6.0 * grains[1] + 40.0 * max(0.0, 1.0 - strand / 0.07)
        what = _ABDOMEN if under < 0.0 else _MEDIASTINUM
    if wall < 1.0 and under < 1.5:
        # the diaphragm: muscle 2 mm thick
        a = _share(abs(under + 1.1) - 1.0, step) * _share(wall - 0.5, step)
        value = _blend(value, 46.0, a)
        if under < 0.0 and wall < -1.0:
            value, what = _in_belly(value, what, line, near, x0, tx, p, grains, step, table, person)
    value, what = _in_middle(value, what, line, near, x0, tx, p, grains, step, table, person)
    return value, what, grains


@nb.njit(cache=True, nogil=True)
def _strip(muscle: Any, i: Any, j: Any, fine: Any, strip: Any) -> Any:
    """Read the muscles' field along one row of the fine grid."""
    fz, fy = i * fine[0], j * fine[1]
    z0 = min(int(fz), muscle.shape[0] - 2)
    y0 = min(int(fy), muscle.shape[1] - 2)
    tz, ty = np.float32(fz - z0), np.float32(fy - y0)
    for c in range(muscle.shape[2]):
        a = muscle[z0, y0, c] + ty * (muscle[z0, y0 + 1, c] - muscle[z0, y0, c])
        b = muscle[z0 + 1, y0, c] + ty * (muscle[z0 + 1, y0 + 1, c] - muscle[z0 + 1, y0, c])
        strip[c] = a + tz * (b - a)


@nb.njit(cache=True, nogil=True, parallel=True)
def compose(
    hu: Any,
    organ: Any,
    lung: Any,
    share: Any,
    bone: Any,
    kinds: Any,
    stack: Any,
    ratio: Any,
    muscle: Any,
    fine: Any,
    org: Any,
    sp: Any,
    table: Any,
    person: Any,
    bones: Any,
) -> Any:
    """Fill ``hu``, ``organ``, ``lung`` and ``share`` of the fine grid.

    Parameters
    ----------
    hu, organ, lung, share : numpy.ndarray
        int16, uint8, uint8, uint8 [z, y, x], written.
    bone, kinds : numpy.ndarray
        Distance to bone in tenths of a mm and its kind, from `trainer.chest.anatomy.bone.draw`.
    stack, muscle : numpy.ndarray
        float32 coarse fields, and the muscles' field on a lattice of its own.
    ratio, fine : numpy.ndarray
        Steps of the fine grid in cells of the two lattices, along z, y, x.
    org, sp : numpy.ndarray
        Origin and spacing of the fine grid, mm.
    table, person, bones : numpy.ndarray
        Noise; the person's figures, as counted above; `bone_table`.
    """
    step = sp[2]
    for ii in nb.prange(hu.shape[0]):
        i = np.int64(ii)
        line = np.empty((stack.shape[0], stack.shape[3]), np.float32)
        near = np.empty(stack.shape[0], np.bool_)
        strip = np.empty(muscle.shape[2], np.float32)
        for j in range(hu.shape[1]):
            hu[i, j, :] = -1000
            _lines(stack, i, j, ratio, line, near)
            if not near[BODY]:
                continue
            _strip(muscle, i, j, fine, strip)
            for k in range(hu.shape[2]):
                x0 = min(int(k * ratio[2]), stack.shape[3] - 2)
                tx = np.float32(k * ratio[2] - x0)
                body = _at(line, BODY, x0, tx)
                inside = _share(body, step)
                if inside <= 0.0:
                    continue
                air = _share(_at(line, LUNG, x0, tx), step) if near[LUNG] else 0.0
                share[i, j, k] = np.uint8(air * 255.0 + 0.5)
                if air >= 0.5:
                    lung[i, j, k] = 1 if _at(line, SIDE, x0, tx) < 0.0 else 2
                    organ[i, j, k] = _LUNG
                if air >= 1.0:
                    hu[i, j, k] = 0
                    continue
                q0 = min(int(k * fine[2]), len(strip) - 2)
                m = strip[q0] + np.float32(k * fine[2] - q0) * (strip[q0 + 1] - strip[q0])
                p = (org[0] + i * sp[0], org[1] + j * sp[1], org[2] + k * sp[2])
                value, what, grains = _soft(line, near, x0, tx, m, p, step, table, person)
                if kinds[i, j, k] > 0:
                    d = 0.1 * bone[i, j, k]
                    a = _share(d, step)
                    value = _blend(value, _in_bone(d, kinds[i, j, k], p, grains, table, person, bones), a)
                    if a >= 0.5:
                        what = _KIND_ORGAN[kinds[i, j, k]]
                value = _blend(value, 45.0 + 20.0 * grains[1], _share(-body - 2.0, step))
                value = _blend(-1000.0, value, inside)
                hu[i, j, k] = np.int16(math.floor(value + 0.5))
                if air < 0.5 and inside >= 0.5:
                    organ[i, j, k] = _SKIN if body > -2.0 else what
