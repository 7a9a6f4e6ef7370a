"""A new self-signed certificate and its key, for servers whose clients do not verify it (``insecureSkipTLSVerify``).

ECDSA on P-256 (SEC 1, FIPS 186-4) and X.509 (RFC 5280) in DER, with Python's standard library alone. Not for keys that need
protection: the time of the arithmetic depends on the key.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import textwrap

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
"""The prime of P-256's field."""
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of its base point."""
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None

_EC_KEY = bytes.fromhex("06072a8648ce3d0201")
_P256 = bytes.fromhex("06082a8648ce3d030107")
_ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")
_COMMON_NAME = bytes.fromhex("0603550403")
_SEQUENCE, _SET, _INTEGER, _BITS, _OCTETS, _UTF8 = 0x30, 0x31, 0x02, 0x03, 0x04, 0x0C
_UTC_TIME, _LATE_TIME = 0x17, 0x18
_CONTEXT = 0xA0
_FROM, _TO = b"200101000000Z", b"21200101000000Z"
"""Valid at any time of the clock; times from 2050 on have the other form (RFC 5280, 4.1.2.5)."""


def self_signed(name: str) -> str:
    """Return a key and a certificate for a common name, both as PEM in one text, as ``ssl`` loads them."""
    private = _random()
    public = _times(private, BASE)
    assert public is not None
    point = b"\x04" + _bytes(public[0]) + _bytes(public[1])
    key = _der(
        _SEQUENCE,
        _number(1),
        _der(_OCTETS, _bytes(private)),
        _der(_CONTEXT, _P256),
        _der(_CONTEXT + 1, _der(_BITS, b"\0" + point)),
    )
    return _pem("EC PRIVATE KEY", key) + _pem("CERTIFICATE", _certificate(name, point, private))


def _certificate(name: str, point: bytes, private: int) -> bytes:
    algorithm = _der(_SEQUENCE, _ECDSA_SHA256)
    who = _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, _COMMON_NAME, _der(_UTF8, name.encode()))))
    body = _der(
        _SEQUENCE,
        _der(_CONTEXT, _number(2)),  # version 3
        _number(secrets.randbits(120) + 1),
        algorithm,
        who,
        _der(_SEQUENCE, _der(_UTC_TIME, _FROM), _der(_LATE_TIME, _TO)),
        who,
        _der(_SEQUENCE, _der(_SEQUENCE, _EC_KEY, _P256), _der(_BITS, b"\0" + point)),
    )
    return _der(_SEQUENCE, body, algorithm, _der(_BITS, b"\0" + _signature(body, private)))


def _signature(message: bytes, private: int) -> bytes:
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    while True:
        once = _random()
        point = _times(once, BASE)
        r = point[0] % N if point else 0
        s = pow(once, -1, N) * (digest + r * private) % N
        if r and s:
            return _der(_SEQUENCE, _number(r), _number(s))


def _random() -> int:
    return secrets.randbelow(N - 1) + 1


def _times(factor: int, point: Point) -> Point:
    total: Point = None
    while factor:
        if factor & 1:
            total = _plus(total, point)
        point = _plus(point, point)
        factor >>= 1
    return total


def _plus(one: Point, other: Point) -> Point:
    """Return the sum of two points; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _bytes(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _number(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _pem(what: str, content: bytes) -> str:
    lines = textwrap.wrap(base64.b64encode(content).decode(), 64)
    return "\n".join([f"-----BEGIN {what}-----", *lines, f"-----END {what}-----", ""])
