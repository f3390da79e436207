"""Two small coders of JPEG, to have what no encoder at hand writes: every predictor, and 12 bits with loss."""

import numpy as np


class _Bits:
    """Bits put together into bytes, with a zero after each 0xFF."""

    def __init__(self):
        self.value, self.count = 0, 0

    def put(self, value, count):
        self.value = (self.value << count) | (value & ((1 << count) - 1))
        self.count += count

    def bytes(self):
        pad = -self.count % 8
        raw = ((self.value << pad) | ((1 << pad) - 1)).to_bytes((self.count + pad) // 8, "big")
        return raw.replace(b"\xff", b"\xff\x00")


def _segment(marker, body):
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _table(kind, symbols, length):
    """Return a Huffman table in which every symbol has a code of one length: its place in the list."""
    counts = [0] * 16
    counts[length - 1] = len(symbols)
    return _segment(0xC4, bytes([kind, *counts, *symbols]))


def _put_difference(bits, difference, length):
    size = abs(difference).bit_length()
    bits.put(size, length)
    if size and size < 16:
        bits.put(difference if difference > 0 else difference + (1 << size) - 1, size)


def _frame(marker, image, precision):
    rows, columns = image.shape
    return _segment(
        marker, bytes([precision]) + rows.to_bytes(2, "big") + columns.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    )


def lossless(image, precision, predictor):
    """Return a JPEG of process 14, by any of the seven predictors (ITU-T T.81, H.1)."""
    rows, columns = image.shape
    values = image.astype(np.int64)
    bits = _Bits()
    for y in range(rows):
        for x in range(columns):
            if x == 0 and y == 0:
                guess = 1 << (precision - 1)
            elif y == 0:
                guess = values[0, x - 1]
            elif x == 0:
                guess = values[y - 1, 0]
            else:
                a, b, c = (int(v) for v in (values[y, x - 1], values[y - 1, x], values[y - 1, x - 1]))
                guess = (a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1)[predictor - 1]
            difference = (int(values[y, x]) - int(guess) + 32767) % 65536 - 32767
            _put_difference(bits, difference, 5)
    return (
        b"\xff\xd8" + _frame(0xC3, image, precision) + _table(0x00, range(17), 5)
        + _segment(0xDA, bytes([1, 1, 0x00, predictor, 0, 0])) + bits.bytes() + b"\xff\xd9"
    )  # fmt: skip


def flat_blocks(image, precision):
    """Return a JPEG of process 1 (8 bits) or 4 (12 bits) of an image that is flat within each 8 x 8 pixels."""
    bits, last = _Bits(), 0
    for value in image[::8, ::8].ravel().astype(int):
        level = value - (1 << (precision - 1))
        _put_difference(bits, int(level - last), 4)
        bits.put(0, 1)  # the block ends: nothing but its mean
        last = level
    return (
        b"\xff\xd8" + _segment(0xDB, bytes([0, *[8] * 64])) + _frame(0xC0 if precision == 8 else 0xC1, image, precision)
        + _table(0x00, range(14), 4) + _table(0x10, [0], 1) + _segment(0xDA, bytes([1, 1, 0x00, 0, 63, 0]))
        + bits.bytes() + b"\xff\xd9"
    )  # fmt: skip
