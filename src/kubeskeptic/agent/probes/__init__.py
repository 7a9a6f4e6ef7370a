"""The kinds of probes, in one module per protocol.

A *prober* is created from a spec and asks one question per call::

    ask(question)   begin, and do not wait. Set question.port and question.abandon as soon as they are known, and call
                    question.ended(…) as soon as the outcome is known. Deadlines are not the prober's task.
    close()         no more questions will come: close what is idle, let questions in flight continue

No retry and no cache: one question in, one outcome out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from kubeskeptic.agent.probes.dns import DnsTcp, DnsUdp
from kubeskeptic.agent.probes.http import HttpKept, HttpNew, HttpPayload
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.probes.tcp import TcpConnect
from kubeskeptic.agent.probes.udp import UdpEcho
from kubeskeptic.agent.question import Deadlines, Ending, Question
from kubeskeptic.agent.spec import Spec

__all__ = ["Prober", "Readiness", "ask_once", "prober_for"]


class Prober(Protocol):
    """One kind of probe, aimed at one address."""

    def ask(self, question: Question) -> None:
        """Ask, without waiting for the answer."""

    def close(self) -> None:
        """Close what is idle."""


_PROBERS: dict[str, Callable[[Spec, Readiness], Prober]] = {
    "http-new": HttpNew,
    "http-kept": HttpKept,
    "http-payload": HttpPayload,
    "dns-udp": DnsUdp,
    "dns-tcp": DnsTcp,
    "tcp": TcpConnect,
    "udp": UdpEcho,
}


def prober_for(spec: Spec, readiness: Readiness) -> Prober:
    """Return a prober of a spec's kind; ``readiness`` notifies it of events on its sockets."""
    return _PROBERS[spec.kind](spec, readiness)


async def ask_once(spec: Spec) -> dict[str, Any]:
    """Ask one question, and return its ``outcome``, ``by``, ``took`` (seconds), source ``port`` and ``reason``.

    A workload asks it, to show what a client in its own pod sees, at its localhost or anywhere else: questions about two
    containers of one pod, or about a pod and its own service. The agents ask from pods of their own.

    :raises BadSpec: when it cannot be asked
    """
    ended: asyncio.Future[tuple[Question, float, Ending]] = asyncio.get_running_loop().create_future()
    readiness, deadlines = Readiness(), Deadlines(spec.deadline)
    try:
        prober = prober_for(spec, readiness)
        question = Question(0, lambda *seen: ended.set_result(seen))
        deadlines.add(question)
        prober.ask(question)
        _, took, ending = await ended
        prober.close()
    finally:
        deadlines.drop()
        readiness.close()
    seen = {"outcome": str(ending.outcome), "by": ending.by, "reason": ending.reason}
    return seen | {"took": round(took, 6), "port": question.port}
