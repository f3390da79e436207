"""From distances to Hounsfield units: each voxel a mixture by share, each tissue with its own texture.

Values are those of two real chests in soft kernels: fat -103, muscle 46 to 48, blood 40 and liver 53 without
contrast, marrow of ribs 111 to 123 and of vertebrae 87 to 177, cortex 386 to 465 (rim, partial volume included,
hence more here), tracheal lumen -957 to -965 (mean of an ROI).
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from trainer.chest.anatomy.bone import Kind
from trainer.chest.anatomy.model import Organ
from trainer.chest.anatomy.noise import noise

# Rows of the stack of coarse fields.
(
    BODY, WALL, HEART, VESSEL, AIRWAY, LUMEN, GULLET, THYROID, UNDER, LIVER, SPLEEN, STOMACH, BOWEL, LUNG, SIDE, BREAST,
    GROOVE, BLOOD, NODE,
) = range(19)  # fmt: skip
FIELDS = 19

# By bone.Kind: thickness of cortex mm, HU of cortex, HU of marrow, HU of its trabecular texture.
_BONE = np.zeros((10, 4), dtype=np.float32)
_BONE[Kind.RIB] = (1.05, 640.0, 105.0, 45.0)
_BONE[Kind.BODY] = (0.75, 480.0, 165.0, 75.0)
_BONE[Kind.ARCH] = (1.3, 560.0, 190.0, 60.0)
_BONE[Kind.STERNUM] = (0.9, 480.0, 75.0, 60.0)
_BONE[Kind.SCAPULA] = (1.2, 780.0, 150.0, 60.0)
_BONE[Kind.LONG] = (2.0, 850.0, 90.0, 60.0)
_BONE[Kind.CARTILAGE] = (0.0, 0.0, 95.0, 10.0)
_BONE[Kind.DISC] = (0.0, 0.0, 82.0, 8.0)


@nb.njit(cache=True)
def _blend(hu, value, share):  # type: ignore[no-untyped-def]
    return hu + share * (value - hu)


@nb.njit(cache=True)
def _share(distance, step):  # type: ignore[no-untyped-def]
    return min(np.float32(1.0), max(np.float32(0.0), np.float32(0.5) - distance / step))


@nb.njit(cache=True, parallel=True)
def compose(  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915, C901
    hu, organ, lung, share, bone, kinds, stack, ratio, muscle, fine, org, sp, table, person, bone_table
):
    """Fill ``hu``, ``organ``, ``lung`` and ``share`` slice by slice.

    ``person`` holds marbling, calcification, density of bone, y of the stomach's fluid, share of gland in the breast.
    """
    nz, ny, nx = hu.shape
    cz, cy, cx = stack.shape[1], stack.shape[2], stack.shape[3]
    step = np.float32(sp[2])
    one, zero, half = np.float32(1.0), np.float32(0.0), np.float32(0.5)
    for ii in nb.prange(nz):
        i = np.int64(ii)
        z = np.float32(org[0] + i * sp[0])
        fz = i * ratio[0]
        z0 = min(int(fz), cz - 2)
        tz = np.float32(fz - z0)
        gz = i * fine[0]
        m0 = min(int(gz), muscle.shape[0] - 2)
        mz = np.float32(gz - m0)
        line = np.empty((stack.shape[0], cx), np.float32)
        near = np.empty(stack.shape[0], np.bool_)
        strip = np.empty(muscle.shape[2], np.float32)
        for j in range(ny):
            y = np.float32(org[1] + j * sp[1])
            fy = j * ratio[1]
            y0 = min(int(fy), cy - 2)
            ty = np.float32(fy - y0)
            for f in range(stack.shape[0]):
                low = np.float32(99.0)
                for c in range(cx):
                    a = stack[f, z0, y0, c] + ty * (stack[f, z0, y0 + 1, c] - stack[f, z0, y0, c])
                    b = stack[f, z0 + 1, y0, c] + ty * (stack[f, z0 + 1, y0 + 1, c] - stack[f, z0 + 1, y0, c])
                    v = a + tz * (b - a)
                    line[f, c] = v
                    low = min(low, v)
                near[f] = low < np.float32(2.0)
            if not near[0]:
                for k in range(nx):
                    hu[i, j, k] = -1000
                continue
            gy = j * fine[1]
            n0 = min(int(gy), muscle.shape[1] - 2)
            my = np.float32(gy - n0)
            for c in range(muscle.shape[2]):
                a = muscle[m0, n0, c] + my * (muscle[m0, n0 + 1, c] - muscle[m0, n0, c])
                b = muscle[m0 + 1, n0, c] + my * (muscle[m0 + 1, n0 + 1, c] - muscle[m0 + 1, n0, c])
                strip[c] = a + mz * (b - a)
            for k in range(nx):
                x = np.float32(org[2] + k * sp[2])
                fx = k * ratio[2]
                x0 = min(int(fx), cx - 2)
                tx = np.float32(fx - x0)
                body = line[0, x0] + tx * (line[0, x0 + 1] - line[0, x0])
                inside = _share(body, step)
                if inside <= zero:
                    hu[i, j, k] = -1000
                    continue
                air = zero
                if near[13]:
                    air = _share(line[13, x0] + tx * (line[13, x0 + 1] - line[13, x0]), step)
                    share[i, j, k] = np.uint8(air * np.float32(255.0) + half)
                    if air >= half:
                        lung[i, j, k] = 1 if line[14, x0] + tx * (line[14, x0 + 1] - line[14, x0]) < zero else 2
                    if air >= one:
                        hu[i, j, k] = 40
                        organ[i, j, k] = Organ.LUNG
                        continue
                coarse = noise(table, z / np.float32(9.0), y / np.float32(6.0), x / np.float32(6.0))
                grain = noise(table, z / np.float32(2.6) + np.float32(11.0), y / np.float32(2.2), x / np.float32(2.2))
                value = np.float32(-104.0) + np.float32(8.0) * coarse + np.float32(6.0) * grain
                what = 2
                wall = line[1, x0] + tx * (line[1, x0 + 1] - line[1, x0])
                under = line[8, x0] + tx * (line[8, x0 + 1] - line[8, x0])
                if wall > np.float32(-2.0):
                    gx = k * fine[2]
                    q0 = min(int(gx), muscle.shape[2] - 2)
                    m = strip[q0] + np.float32(gx - q0) * (strip[q0 + 1] - strip[q0])
                    a = _share(m, step) * _share(-wall - np.float32(0.6), step)
                    flesh = np.float32(50.0) + np.float32(6.0) * coarse + np.float32(5.0) * grain
                    flesh = flesh - np.float32(60.0) * person[0] * max(zero, coarse + half * grain - np.float32(0.35))
                    value = _blend(value, flesh, a)
                    if near[15]:
                        gland = noise(
                            table, z / np.float32(7.0), y / np.float32(5.0) + np.float32(3.0), x / np.float32(5.0)
                        )
                        g = _share(
                            line[15, x0] + tx * (line[15, x0 + 1] - line[15, x0]) + np.float32(9.0), np.float32(8.0)
                        )
                        g = g * min(one, max(zero, gland * np.float32(3.0) + person[4]))
                        g = g * (one - a)
                        value = _blend(value, np.float32(25.0), g)
                    if a >= half:
                        what = 3
                    elif near[15] and line[15, x0] < zero:
                        what = 13
                else:
                    what = 11
                    if under < zero:
                        what = 12
                if wall < one and under < np.float32(1.5):
                    a = _share(abs(under + np.float32(1.6)) - np.float32(1.5), step) * _share(wall - half, step)
                    value = _blend(value, np.float32(44.0), a)
                    if a > half:
                        what = 12
                    if under < zero and wall < np.float32(-1.0):
                        soft = np.float32(5.0) * grain
                        if near[9]:
                            a = _share(line[9, x0] + tx * (line[9, x0 + 1] - line[9, x0]), step)
                            value = _blend(value, np.float32(55.0) + soft + np.float32(3.0) * coarse, a)
                        if near[10]:
                            a = _share(line[10, x0] + tx * (line[10, x0 + 1] - line[10, x0]), step)
                            value = _blend(value, np.float32(50.0) + soft, a)
                        if near[12]:
                            d = line[12, x0] + tx * (line[12, x0 + 1] - line[12, x0])
                            value = _blend(value, np.float32(40.0) + soft, _share(d, step))
                            if d < np.float32(-2.0):
                                stool = noise(table, z / np.float32(5.0), y / np.float32(5.0), x / np.float32(5.0))
                                fill = (
                                    np.float32(-900.0)
                                    if y < person[3] - np.float32(30.0)
                                    else np.float32(-60.0) + np.float32(160.0) * stool
                                )
                                value = _blend(value, fill, _share(d + np.float32(2.5), step))
                        if near[11]:
                            d = line[11, x0] + tx * (line[11, x0 + 1] - line[11, x0])
                            value = _blend(value, np.float32(42.0) + soft, _share(d, step))
                            a = _share(d + np.float32(4.5) + np.float32(1.5) * coarse, step)
                            fluid = np.float32(18.0) + np.float32(14.0) * coarse
                            value = _blend(value, _blend(fluid, np.float32(-985.0), _share(y - person[3], step)), a)
                if near[2]:
                    a = _share(line[2, x0] + tx * (line[2, x0 + 1] - line[2, x0]), step)
                    value = _blend(value, np.float32(40.0) + np.float32(4.0) * coarse + np.float32(4.0) * grain, a)
                    if near[17]:
                        d = line[17, x0] + tx * (line[17, x0 + 1] - line[17, x0])
                        flesh = a * _share(-d, np.float32(3.0)) * _share(d - np.float32(11.0), step)
                        value = _blend(value, np.float32(49.0), flesh)
                    if near[16]:
                        d = line[16, x0] + tx * (line[16, x0 + 1] - line[16, x0]) + np.float32(0.8) * coarse
                        value = _blend(value, np.float32(-90.0), _share(d, np.float32(2.0)))
                    d = line[2, x0] + tx * (line[2, x0 + 1] - line[2, x0]) - np.float32(3.0) - np.float32(1.5) * coarse
                    value = _blend(value, np.float32(10.0), _share(abs(d) - np.float32(0.3), step) * (one - a))
                    if a >= half:
                        what = 8
                if near[7]:
                    a = _share(line[7, x0] + tx * (line[7, x0 + 1] - line[7, x0]), step)
                    value = _blend(value, np.float32(105.0) + np.float32(12.0) * grain, a)
                if near[3]:
                    a = _share(line[3, x0] + tx * (line[3, x0 + 1] - line[3, x0]), step)
                    value = _blend(value, np.float32(40.0) + np.float32(4.0) * grain, a)
                    if a >= half:
                        what = 9
                if near[6]:
                    d = line[6, x0] + tx * (line[6, x0 + 1] - line[6, x0])
                    a = _share(d, step)
                    value = _blend(value, np.float32(36.0) + np.float32(5.0) * grain, a)
                    if a >= half:
                        what = 10
                    gas = noise(table, z / np.float32(16.0), np.float32(5.5), np.float32(8.5))
                    value = _blend(
                        value, np.float32(-850.0), _share(d + np.float32(4.6) - np.float32(2.6) * gas, step) * a
                    )
                if near[18]:
                    a = _share(line[18, x0] + tx * (line[18, x0 + 1] - line[18, x0]), step)
                    value = _blend(value, np.float32(36.0) + np.float32(8.0) * grain, a)
                if near[4]:
                    a = _share(line[4, x0] + tx * (line[4, x0 + 1] - line[4, x0]), step)
                    value = _blend(value, np.float32(38.0), a)
                    if a >= half:
                        what = 7
                if near[5]:
                    value = _blend(
                        value, np.float32(-992.0), _share(line[5, x0] + tx * (line[5, x0 + 1] - line[5, x0]), step)
                    )
                code = kinds[i, j, k]
                if code > 0:
                    d = np.float32(bone[i, j, k]) * np.float32(0.1)
                    a = _share(d, step)
                    if a > zero:
                        marrow = bone_table[code, 2] * person[2] + bone_table[code, 3] * (grain + half * coarse)
                        if code == 7:
                            crust = noise(
                                table, z / np.float32(5.0), y / np.float32(4.0), x / np.float32(4.0) + np.float32(6.0)
                            )
                            chalk = max(
                                zero,
                                person[1] + half * crust - np.float32(0.62) + np.float32(0.25) * max(-one, d + one),
                            )
                            marrow = np.float32(95.0) + np.float32(1100.0) * chalk
                        elif code == 8:
                            marrow = np.float32(82.0) + np.float32(8.0) * grain
                        else:
                            thick = bone_table[code, 0] * (one + np.float32(0.35) * coarse)
                            shell = min(one, max(zero, half + (d + thick) / np.float32(0.9)))
                            marrow = marrow + shell * (bone_table[code, 1] * (half + half * person[2]) - marrow)
                        value = _blend(value, marrow, a)
                        if a >= half:
                            what = 5 if code == 7 or code == 8 else 4
                if body > np.float32(-2.6):
                    value = _blend(
                        value, np.float32(45.0) + np.float32(20.0) * grain, _share(-body - np.float32(2.0), step)
                    )
                    if body > np.float32(-2.0):
                        what = 1
                value = _blend(np.float32(-1000.0), value, inside)
                hu[i, j, k] = np.int16(math.floor(value + half))
                organ[i, j, k] = 6 if air >= half else (what if inside >= half else 0)


def bone_table() -> np.ndarray:
    """Return thickness of cortex (mm), HU of cortex, of marrow and of its texture by `Kind`, float32 (10, 4)."""
    return _BONE.copy()
