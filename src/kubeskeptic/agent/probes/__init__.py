"""One module per kind of probe.

An *prober* is made of a spec and asks one question whenever it is told to::

    ask(question)   begin; never wait. Set question.port and question.abandon as soon as they are known, and call
                    question.ended(…) when the outcome is. The deadline is the question's own business.
    close()         no more questions will come; let go of what is idle, let what is in flight go on

No retry and no cache: one question in, one outcome out.
"""

from __future__ import annotations

from typing import Protocol

from kubeskeptic.agent.probes.dns_tcp import DnsTcp
from kubeskeptic.agent.probes.dns_udp import DnsUdp
from kubeskeptic.agent.probes.http_kept import HttpKept
from kubeskeptic.agent.probes.http_new import HttpNew
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.probes.tcp import TcpConnect
from kubeskeptic.agent.question import Question
from kubeskeptic.agent.spec import Spec

__all__ = ["Prober", "Readiness", "prober_for"]


class Prober(Protocol):
    """One kind of probe, aimed at one address."""

    def ask(self, question: Question) -> None:
        """Ask, without waiting for the answer."""

    def close(self) -> None:
        """Let go of what is idle."""


def prober_for(spec: Spec, readiness: Readiness) -> Prober:
    """The prober of a spec's kind; it hears of its sockets through ``readiness``."""
    match spec.kind:
        case "http-new":
            return HttpNew(spec, readiness)
        case "http-kept":
            return HttpKept(spec, readiness)
        case "dns-udp":
            return DnsUdp(spec, readiness)
        case "dns-tcp":
            return DnsTcp(spec, readiness)
        case "tcp":
            return TcpConnect(spec, readiness)
    raise ValueError(f"no probe of kind {spec.kind}")
