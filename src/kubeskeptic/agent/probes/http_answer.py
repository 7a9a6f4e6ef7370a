"""Reads the workload's answer: HTTP/1.1 with a JSON body that states which pod answered.

It supports only what the answer to one question needs: a status, and a body of known length or up to the end of the connection.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import Ending
from kubeskeptic.agent.spec import Spec

LONGEST_HEAD = 32768


class Answer(NamedTuple):
    """A complete answer. ``reusable``: the server keeps the connection open."""

    status: int
    body: bytes
    reusable: bool


def request(spec: Spec, connection: str, payload: bytes | None = None) -> bytes:
    """Return the bytes of a probe's question.

    :param connection: ``close`` or ``keep-alive``
    :param payload: a body to post; None for a GET
    """
    method, length = ("GET", ()) if payload is None else ("POST", (f"Content-Length: {len(payload)}",))
    host, port = spec.address
    shown = f"[{host}]" if ":" in host else host
    lines = (
        f"{method} {spec.path} HTTP/1.1",
        f"Host: {shown}:{port}",
        "User-Agent: kubeskeptic",
        f"Connection: {connection}",
        *length,
    )
    return "\r\n".join((*lines, "", "")).encode("ascii") + (payload or b"")


def read(data: bytes, closed: bool) -> Answer | None:
    """Return the answer in ``data``, or None while it is incomplete.

    :param closed: the server has closed the connection
    :raises ValueError: when this is not an answer that we can read
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
    """Return the ending: right means status 200 and a body that names a pod, one of the expected ones if there are any."""
    pod = pod_of(answer.body, peer=spec.peer)
    if pod is None:
        return Ending(Outcome.WRONG)
    right = answer.status == 200 and expected(pod, spec)
    return Ending(Outcome.OK if right else Outcome.WRONG, str(pod))


def judge_echo(status: int, body: bytes, payload: bytes, spec: Spec) -> Ending:
    """Return the ending by an answer that must be a line that names the pod, and then the unchanged payload."""
    said, _, echoed = body.partition(b"\n")
    ending = judge(Answer(status, said, False), spec)
    return ending if echoed == payload else ending._replace(outcome=Outcome.WRONG)


def expected(pod: AnsweringPod, spec: Spec) -> bool:
    """Return whether an answering pod is expected, by name or by namespace, name and uid."""
    return spec.expect is None or pod.name in spec.expect or str(pod._replace(peer="")) in spec.expect


def pod_of(body: bytes, *, peer: bool) -> AnsweringPod | None:
    """Return the pod that a workload's answer names; None if it names none.

    :param peer: whether to keep the client's address as the workload saw it
    """
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("pod"), str) or not said["pod"]:
        return None
    shown = ("namespace", "pod", "uid", "peer") if peer else ("namespace", "pod", "uid")
    return AnsweringPod.said(*(said.get(name) for name in shown))


def _header(head: bytes, name: bytes) -> bytes | None:
    at = head.find(b"\r\n" + name + b":")
    if at < 0:
        return None
    start = at + len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()
