"""What a probe asks, checked before it is sent to the agents.

The agents' format is that of :mod:`kubeskeptic.agent.spec`. Probes take addresses, not names, as looking up a name is a
question of its own. A probe uses either a new connection or port for each question or a kept one, never both.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from kubeskeptic.agent.spec import KINDS, NODE, QTYPES
from kubeskeptic.durations import PROBE_DEADLINE
from kubeskeptic.errors import BadInput

ECHOES = {"udp": (8, 60_000), "http-payload": (1, 1 << 19)}
"""Kinds of probes whose payload must come back unchanged, with its smallest and largest size in bytes."""
FASTEST = 200.0
"""The highest rate of one probe on one agent, in questions a second."""

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?")


@dataclass(frozen=True)
class Probe:
    """One question, asked repeatedly at a fixed rate from every node, whatever the outcome of earlier questions.

    :param name: unique within its scenario, in lower case, as it appears in the report
    :param kind: one of :data:`kubeskeptic.agent.spec.KINDS`
    :param host: IP address, or ``$NODE`` for the node that asks the question; for DNS that of the server
    :param rate: questions a second from each node
    :param path: for HTTP
    :param qname: for DNS: the exact name to look up; there is no search list
    :param qtype: for DNS: ``A``, ``AAAA`` or ``SRV``
    :param expect: the right answers: the pods of which one must answer, by name or as ``namespace/name/uid`` (HTTP, UDP),
        or the whole set of records (DNS); None: any
    :param deadline: seconds for everything: connect, send, and the whole answer
    :param size: bytes of the payload that must come back, for the kinds of :data:`ECHOES`
    :param keep_port: ask every question from the same source port, over UDP
    :param peer: keep the client's address as the workload saw it
    :raises BadInput: when a value makes no sense
    """

    name: str
    kind: str
    host: str
    port: int
    rate: float = 50.0
    path: str = "/"
    qname: str = ""
    qtype: str = "A"
    expect: tuple[str, ...] | None = None
    deadline: float = PROBE_DEADLINE
    size: int = 0
    keep_port: bool = False
    peer: bool = False

    def __post_init__(self) -> None:
        for fine, instead in (
            (_NAME.fullmatch(self.name), "its name must be lower case letters, digits and dashes, at most 62"),
            (self.kind in KINDS, f"its kind must be one of {', '.join(KINDS)}"),
            (_address(self.host), "its host must be an IP address or $NODE, as a name would need a DNS lookup"),
            (0 < self.port < 65536, "its port must be between 1 and 65535"),
            (0 < self.rate <= FASTEST, f"its rate must be above 0 and at most {FASTEST:g} questions a second"),
            (0 < self.deadline <= 60, "its deadline must be above 0 and at most 60 seconds"),
            (self.path.startswith("/"), "its path must begin with /"),
            (self.dns == bool(self.qname), "a DNS probe must have a qname, and no other probe may have one"),
            (self.qtype in QTYPES, f"its qtype must be one of {', '.join(QTYPES)}"),
            (
                self._size_fits(),
                "its size must be from 8 to 60000 bytes (udp) or from 1 to 524288 (http-payload), else 0",
            ),
            (not self.keep_port or "udp" in self.kind, "it can keep its source port over UDP only"),
            (not self.peer or not (self.dns or self.kind == "tcp"), "only a workload can report which client it saw"),
        ):
            if not fine:
                raise BadInput(f"invalid probe “{self.name}”: {instead}")

    @property
    def dns(self) -> bool:
        """Whether it asks a name server."""
        return self.kind.startswith("dns")

    def _size_fits(self) -> bool:
        low, high = ECHOES.get(self.kind, (0, 0))
        return low <= self.size <= high

    @property
    def period(self) -> float:
        """Seconds between two questions: the resolution of what it measures."""
        return 1 / self.rate

    def spec(self) -> dict[str, Any]:
        """Return the probe in the agents' format."""
        common: dict[str, Any] = {"name": self.name, "kind": self.kind, "port": self.port}
        common |= {"period": self.period, "deadline": self.deadline}
        common["expect"] = None if self.expect is None else list(self.expect)
        options = {"size": self.size, "keep_port": self.keep_port, "peer": self.peer}
        common |= {name: value for name, value in options.items() if value}
        if self.dns:
            return common | {"server": self.host, "qname": self.qname, "qtype": self.qtype}
        return common | {"host": self.host} | ({"path": self.path} if self.kind in ("http-new", "http-kept") else {})


class How(TypedDict, total=False):
    """How any question is asked: fields of :class:`Probe`, with the same defaults."""

    rate: float
    expect: Sequence[str] | None
    deadline: float


class HowOfPods(How, total=False):
    """How a workload of ours is asked; it can report which client it saw."""

    peer: bool


def http_new(name: str, host: str, port: int, *, path: str = "/", **how: Unpack[HowOfPods]) -> Probe:
    """Return an HTTP probe with a new connection for every question."""
    return _probe(name, "http-new", host, port, how, path=path)


def http_kept(name: str, host: str, port: int, *, path: str = "/", **how: Unpack[HowOfPods]) -> Probe:
    """Return an HTTP probe on a connection that is kept alive."""
    return _probe(name, "http-kept", host, port, how, path=path)


def http_payload(name: str, host: str, port: int, *, size: int = 1 << 16, **how: Unpack[HowOfPods]) -> Probe:
    """Return an HTTP probe with a large body that must come back unchanged: full packets in both directions.

    It asks five questions a second, unless ``rate`` says otherwise.
    """
    how.setdefault("rate", 5.0)
    return _probe(name, "http-payload", host, port, how, size=size)


def udp_echo(
    name: str, host: str, port: int, *, size: int = 64, keep_port: bool = False, **how: Unpack[HowOfPods]
) -> Probe:
    """Return a UDP probe whose datagram must come back unchanged; above some 1400 bytes it travels in fragments."""
    return _probe(name, "udp", host, port, how, size=size, keep_port=keep_port)


def dns_udp(
    name: str, server: str, qname: str, *, qtype: str = "A", port: int = 53, keep_port: bool = False, **how: Unpack[How]
) -> Probe:
    """Return a DNS probe over UDP to a given server, without retries or a cache.

    :param keep_port: ask every question from the same source port, as a long-lived client does (kubernetes#125467)
    """
    return _probe(name, "dns-udp", server, port, how, qname=qname, qtype=qtype, keep_port=keep_port)


def dns_tcp(name: str, server: str, qname: str, *, qtype: str = "A", port: int = 53, **how: Unpack[How]) -> Probe:
    """Return a DNS probe over TCP to a given server, with a new connection for every question."""
    return _probe(name, "dns-tcp", server, port, how, qname=qname, qtype=qtype)


def tcp_connect(name: str, host: str, port: int, *, rate: float = 50.0, deadline: float = PROBE_DEADLINE) -> Probe:
    """Return a probe that opens and closes a TCP connection."""
    return Probe(name, "tcp", host, port, rate, deadline=deadline)


def _probe(name: str, kind: str, host: str, port: int, how: How, **more: Any) -> Probe:
    expect = how.get("expect")
    given: dict[str, Any] = {**how, "expect": None if expect is None else tuple(expect), **more}
    return Probe(name, kind, host, port, **given)


def _address(host: str) -> bool:
    try:
        return host == NODE or bool(ipaddress.ip_address(host))
    except ValueError:
        return False
