"""Reading the workload's answer: HTTP/1.1 with a JSON body that says which pod answered.

Only what an answer of one question needs: a status, a body of known length or up to the end of the connection.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import Ending
from kubeskeptic.agent.spec import Spec

LONGEST_HEAD = 32768


class Answer(NamedTuple):
    """A complete answer. ``reusable``: the server keeps the connection open."""

    status: int
    body: bytes
    reusable: bool


def request(spec: Spec, connection: str) -> bytes:
    """The bytes of a probe's question.

    :param connection: ``close`` or ``keep-alive``
    """
    host, port = spec.address
    shown = f"[{host}]" if ":" in host else host
    lines = (
        f"GET {spec.path} HTTP/1.1",
        f"Host: {shown}:{port}",
        "User-Agent: kubeskeptic",
        f"Connection: {connection}",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


def read(data: bytes, closed: bool) -> Answer | None:
    """The answer in ``data``, or None while it is incomplete.

    :param closed: the server has closed the connection
    :raises ValueError: when this is no answer that we can read
    """
    if not data.startswith(b"HTTP/1."[: len(data)]):
        raise ValueError("not HTTP")
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > LONGEST_HEAD:
            raise ValueError("endless header")
        return None
    head = data[:end].lower()
    if b"\r\ntransfer-encoding:" in head:
        raise ValueError("chunked answers are not understood")
    length = _header(head, b"content-length")
    body = data[end + 4 :]
    if length is None:
        return Answer(int(data[9:12]), body, False) if closed else None
    if len(body) < int(length):
        return None
    reusable = _header(head, b"connection") != b"close" and not closed
    return Answer(int(data[9:12]), body[: int(length)], reusable)


def judge(answer: Answer, spec: Spec) -> Ending:
    """Right is status 200, a body that names a pod, and a pod that was expected, where any was."""
    by = _pod(answer.body)
    right = answer.status == 200 and by and (spec.expect is None or by in spec.expect)
    return Ending(Outcome.OK if right else Outcome.WRONG, by)


def _pod(body: bytes) -> str:
    try:
        identity = json.loads(body)
    except ValueError:
        return ""
    pod = identity.get("pod") if isinstance(identity, dict) else None
    return pod if isinstance(pod, str) else ""


def _header(head: bytes, name: bytes) -> bytes | None:
    at = head.find(b"\r\n" + name + b":")
    if at < 0:
        return None
    start = at + len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()
