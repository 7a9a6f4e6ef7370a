"""Drawings of lanes that were answered all the time, but for one request."""

from __future__ import annotations


def but(tick: int, sign: str = "r", length: int = 40) -> str:
    """All answered, but for one."""
    return "." * tick + sign + "." * (length - tick - 1)
