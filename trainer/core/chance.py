"""Keyed chance: every random number is a pure function of who, what for, when and which.

``draw(patient_key, stream, tick, index)`` never depends on what was drawn before, so adding a draw shifts no
other, a batch of N patients equals N single ones, and two plans on one patient share all chance that the plan
does not touch.

The generator is Philox4x32-10 (Salmon et al., SC 2011), counter-based and with published test vectors. Inside
numba an unsigned 32-bit product is 64 bits wide, which Philox wants; every step is wrapped back to 32 bits.
"""

from __future__ import annotations

import hashlib
import math

import numba as nb
import numpy as np

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_ROUNDS = 10


@nb.njit(cache=True, nogil=True, inline="never")
def philox(
    c0: int, c1: int, c2: int, c3: int, k0: int | np.uint64, k1: int | np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of Philox4x32-10 for a 128-bit counter and a 64-bit key."""
    x0, x1, x2, x3 = np.uint64(c0) & _MASK, np.uint64(c1) & _MASK, np.uint64(c2) & _MASK, np.uint64(c3) & _MASK
    a, b = np.uint64(k0) & _MASK, np.uint64(k1) & _MASK
    for _ in range(_ROUNDS):
        p0 = _M0 * x0
        p1 = _M1 * x2
        x0, x1, x2, x3 = ((p1 >> _SHIFT) ^ x1 ^ a) & _MASK, p1 & _MASK, ((p0 >> _SHIFT) ^ x3 ^ b) & _MASK, p0 & _MASK
        a = (a + _W0) & _MASK
        b = (b + _W1) & _MASK
    return x0, x1, x2, x3


@nb.njit(cache=True, nogil=True)
def uniform(key: int, stream: int, tick: int, index: int) -> float:
    """Return the number in the open interval (0, 1) that belongs to this key, stream, tick and index.

    Parameters
    ----------
    key : int
        key of the patient, from `key_of`.
    stream : int
        What the number is for; 32 bits, each use has its own.
    tick : int
        When; may be negative.
    index : int
        Which, where one use needs several at a tick.
    """
    k = np.uint64(key)
    low, high = k & _MASK, k >> _SHIFT
    hi, lo, _, _ = philox(index, tick, stream, 0, low, high)
    return (float(((hi << _SHIFT) | lo) >> np.uint64(12)) + 0.5) * 2.0**-52


@nb.njit(cache=True, nogil=True)
def normal(key: int, stream: int, tick: int, index: int) -> float:
    """Return the standard normal number of this key, stream, tick and index (Box and Muller 1958)."""
    k = np.uint64(key)
    low, high = k & _MASK, k >> _SHIFT
    a, b, c, d = philox(index, tick, stream, 1, low, high)
    u = (float(((a << _SHIFT) | b) >> np.uint64(12)) + 0.5) * 2.0**-52
    v = (float(((c << _SHIFT) | d) >> np.uint64(12)) + 0.5) * 2.0**-52
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


def key_of(*parts: object) -> int:
    """Return a key for anything that can be named, the same in every process and version of Python.

    It has 63 bits, so that it fits a signed and an unsigned 64-bit number alike: numba compiles for the first kind
    of number it meets and would refuse a larger one later.

    Parameters
    ----------
    *parts : object
        Strings and integers that together name the thing, for example a case identifier and a seed.
    """
    text = "\x1f".join(f"{type(p).__name__}:{p}" for p in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def keys_of(*parts: object, count: int, first: int = 0) -> np.ndarray:
    """Return the keys, uint64, of members ``first`` to ``first + count - 1`` of what ``parts`` names.

    The i-th key depends on ``parts`` and i only.
    """
    return np.array([key_of(*parts, i) for i in range(first, first + count)], dtype=np.uint64)
