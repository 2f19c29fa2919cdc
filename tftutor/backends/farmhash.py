"""FarmHash's 64-bit fingerprint, which TensorFlow uses for hash buckets (little-endian, portable).

The algorithm is Google's FarmHash (na variant), published under the MIT licence.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _word(s: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(s[at:at + size], "little")


def _rotate(x: int, by: int) -> int:
    x &= _MASK
    return (x >> by | x << (64 - by)) & _MASK


def _shift_mix(x: int) -> int:
    x &= _MASK
    return x ^ (x >> 47)


def _mix(u: int, v: int, mul: int) -> int:
    a = _shift_mix((u ^ v) * mul)
    b = _shift_mix((v ^ a) * mul)
    return b * mul & _MASK


def fingerprint64(s: bytes) -> int:
    """The unsigned 64-bit fingerprint of a byte string."""
    n = len(s)
    if n <= 16:
        return _short(s, n)
    if n > 64:
        return _long(s, n)
    mul = (_K2 + n * 2) & _MASK
    b = _word(s, 8)
    if n <= 32:
        a = _word(s, 0) * _K1 & _MASK
        c, d = _word(s, n - 8) * mul & _MASK, _word(s, n - 16) * _K2 & _MASK
        return _mix((_rotate(a + b, 43) + _rotate(c, 30) + d) & _MASK,
                    (a + _rotate(b + _K2, 18) + c) & _MASK, mul)
    a = _word(s, 0) * _K2 & _MASK
    c, d = _word(s, n - 8) * mul & _MASK, _word(s, n - 16) * _K2 & _MASK
    y = (_rotate(a + b, 43) + _rotate(c, 30) + d) & _MASK
    z = _mix(y, (a + _rotate(b + _K2, 18) + c) & _MASK, mul)
    e, f = _word(s, 16) * mul & _MASK, _word(s, 24)
    g, h = (y + _word(s, n - 32)) * mul & _MASK, (z + _word(s, n - 24)) * mul & _MASK
    return _mix((_rotate(e + f, 43) + _rotate(g, 30) + h) & _MASK,
                (e + _rotate(f + a, 18) + g) & _MASK, mul)


def _short(s: bytes, n: int) -> int:
    mul = (_K2 + n * 2) & _MASK
    if n >= 8:
        a, b = (_word(s, 0) + _K2) & _MASK, _word(s, n - 8)
        c, d = (_rotate(b, 37) * mul + a) & _MASK, (_rotate(a, 25) + b) * mul & _MASK
        return _mix(c, d, mul)
    if n >= 4:
        return _mix(n + (_word(s, 0, 4) << 3), _word(s, n - 4, 4), mul)
    if n:
        y, z = s[0] + (s[n >> 1] << 8), n + (s[n - 1] << 2)
        return _shift_mix(y * _K2 ^ z * _K0) * _K2 & _MASK
    return _K2


def _weak(s: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_word(s, at + 8 * i) for i in range(4))
    a = (a + w) & _MASK
    b = _rotate(b + a + z, 21)
    c = a
    a = (a + x + y) & _MASK
    return (a + z) & _MASK, (b + _rotate(a, 44) + c) & _MASK


def _round(s: bytes, at: int, state: tuple[int, ...], mul: int, factor: int) -> tuple[int, ...]:
    """One block of 64 bytes; the last one differs by its multiplier and by `factor`."""
    x, y, z, v0, v1, w0, w1 = state
    x = _rotate(x + y + v0 + _word(s, at + 8), 37) * mul & _MASK
    y = _rotate(y + v1 + _word(s, at + 48), 42) * mul & _MASK
    x ^= w1 * factor & _MASK
    y = (y + v0 * factor + _word(s, at + 40)) & _MASK
    z = _rotate(z + w0, 33) * mul & _MASK
    v0, v1 = _weak(s, at, v1 * mul & _MASK, x + w0)
    w0, w1 = _weak(s, at + 32, z + w1, y + _word(s, at + 16))
    return z, y, x, v0, v1, w0, w1


def _long(s: bytes, n: int) -> int:
    y = (81 * _K1 + 113) & _MASK
    z = _shift_mix(y * _K2 + 113) * _K2 & _MASK
    state: tuple[int, ...] = ((81 * _K2 + _word(s, 0)) & _MASK, y, z, 0, 0, 0, 0)
    end = (n - 1) // 64 * 64
    for at in range(0, end, 64):
        state = _round(s, at, state, _K1, 1)
    x, y, z, v0, v1, w0, w1 = state
    mul = (_K1 + ((z & 0xFF) << 1)) & _MASK
    w0 = (w0 + ((n - 1) & 63)) & _MASK
    v0 = (v0 + w0) & _MASK
    w0 = (w0 + v0) & _MASK
    x, y, z, v0, v1, w0, w1 = _round(s, n - 64, (x, y, z, v0, v1, w0, w1), mul, 9)
    return _mix((_mix(v0, w0, mul) + _shift_mix(y) * _K0 + z) & _MASK,
                (_mix(v1, w1, mul) + x) & _MASK, mul)


def fingerprint_cat64(a: int, b: int) -> int:
    """One fingerprint of two, in this order (TensorFlow's own mixing, after MurmurHash)."""
    mul = 0xC6A4A7935BD1E995
    result = ((a ^ mul) ^ _shift_mix(b * mul) * mul) * mul & _MASK
    result = _shift_mix(result) * mul & _MASK
    return _shift_mix(result)
