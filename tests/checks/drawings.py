"""Lanes that were answered all the time, but for one request, or from some moment on by another pod."""

from __future__ import annotations

from kubeskeptic.timeline import Lane
from tests.drawn import lane


def but(tick: int, sign: str = "r", length: int = 40) -> str:
    """All answered, but for one."""
    return "." * tick + sign + "." * (length - tick - 1)


def answered(drawing: str, ports: dict[int, int] | None = None, length: int = 80, before: int = 10) -> Lane:
    """A lane that `pod-a` on the node n9 answers until it dies, and another pod from then on."""
    one = lane(drawing + "." * (length - len(drawing)), ports=ports)
    for at in range(before, len(one)):
        one.bys[at] = one.name_index("pod-b") if one.bys[at] else 0
    return one
