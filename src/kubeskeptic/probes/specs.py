"""What a probe asks, checked before it is sent to the agents.

The words of the agents are those of :mod:`kubeskeptic.agent.spec`; addresses, not names, as looking up a name is another
question.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kubeskeptic.durations import PROBE_DEADLINE
from kubeskeptic.errors import BadInput

NODE = "$NODE"
"""As ``host``: the address of the node that the question is asked from."""
KINDS = ("http-new", "http-kept", "dns-udp", "dns-tcp", "tcp")
QTYPES = ("A", "AAAA", "SRV")
FASTEST = 200.0
"""Questions a second that one probe may ask of one agent."""

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?")


@dataclass(frozen=True)
class Probe:
    """One question, asked again and again at a fixed rate from every node, whatever became of the questions before.

    :param name: unique within its scenario, in lower case, as it appears in the report
    :param kind: ``http-new``, ``http-kept``, ``dns-udp``, ``dns-tcp`` or ``tcp``
    :param host: IP address, or ``$NODE``; for DNS the server's
    :param rate: questions a second from each node
    :param path: for HTTP
    :param qname: for DNS: the name as it is asked, no search list
    :param qtype: for DNS: ``A``, ``AAAA`` or ``SRV``
    :param expect: the right answers: pods one of which answers (HTTP), or the whole set of records (DNS); None: any
    :param deadline: seconds for everything: connect, send, and the whole answer
    :raises BadInput: when it makes no sense
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

    def __post_init__(self) -> None:
        for fine, instead in (
            (_NAME.fullmatch(self.name), "its name must be lower case letters, digits and dashes, at most 62"),
            (self.kind in KINDS, f"its kind must be one of {', '.join(KINDS)}"),
            (_address(self.host), "it must ask an IP address or $NODE; looking up a name would be a second question"),
            (0 < self.port < 65536, "its port must be between 1 and 65535"),
            (0 < self.rate <= FASTEST, f"its rate must be above 0 and at most {FASTEST:g} questions a second"),
            (0 < self.deadline <= 60, "its deadline must be above 0 and at most 60 seconds"),
            (self.path.startswith("/"), "its path must begin with /"),
            (self.dns == bool(self.qname), "a DNS probe asks for a name (qname), and no other probe does"),
            (self.qtype in QTYPES, f"its qtype must be one of {', '.join(QTYPES)}"),
        ):
            if not fine:
                raise BadInput(f"the probe “{self.name}” makes no sense: {instead}")

    @property
    def dns(self) -> bool:
        """Whether it asks a name server."""
        return self.kind.startswith("dns")

    @property
    def period(self) -> float:
        """Seconds between two questions: the resolution of what it measures."""
        return 1 / self.rate

    def spec(self) -> dict[str, Any]:
        """The probe in the agents' words."""
        common: dict[str, Any] = {"name": self.name, "kind": self.kind, "port": self.port}
        common |= {"period": self.period, "deadline": self.deadline}
        common["expect"] = None if self.expect is None else list(self.expect)
        if self.dns:
            return common | {"server": self.host, "qname": self.qname, "qtype": self.qtype}
        return common | {"host": self.host} | ({"path": self.path} if self.kind.startswith("http") else {})


def http_new(
    name: str,
    host: str,
    port: int,
    *,
    path: str = "/",
    rate: float = 50.0,
    expect: Sequence[str] | None = None,
    deadline: float = PROBE_DEADLINE,
) -> Probe:
    """HTTP, every question on a new connection."""
    return Probe(name, "http-new", host, port, rate, path, expect=_tuple(expect), deadline=deadline)


def http_kept(
    name: str,
    host: str,
    port: int,
    *,
    path: str = "/",
    rate: float = 50.0,
    expect: Sequence[str] | None = None,
    deadline: float = PROBE_DEADLINE,
) -> Probe:
    """HTTP on a connection that is kept alive."""
    return Probe(name, "http-kept", host, port, rate, path, expect=_tuple(expect), deadline=deadline)


def dns_udp(
    name: str,
    server: str,
    qname: str,
    *,
    qtype: str = "A",
    rate: float = 50.0,
    expect: Sequence[str] | None = None,
    port: int = 53,
    deadline: float = PROBE_DEADLINE,
) -> Probe:
    """One DNS question over UDP to a named server: no retry, no cache."""
    return Probe(name, "dns-udp", server, port, rate, "/", qname, qtype, _tuple(expect), deadline)


def dns_tcp(
    name: str,
    server: str,
    qname: str,
    *,
    qtype: str = "A",
    rate: float = 50.0,
    expect: Sequence[str] | None = None,
    port: int = 53,
    deadline: float = PROBE_DEADLINE,
) -> Probe:
    """One DNS question over a TCP connection of its own to a named server."""
    return Probe(name, "dns-tcp", server, port, rate, "/", qname, qtype, _tuple(expect), deadline)


def tcp_connect(name: str, host: str, port: int, *, rate: float = 50.0, deadline: float = PROBE_DEADLINE) -> Probe:
    """A TCP connection, opened and closed."""
    return Probe(name, "tcp", host, port, rate, deadline=deadline)


def _tuple(expect: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if expect is None else tuple(expect)


def _address(host: str) -> bool:
    try:
        return host == NODE or bool(ipaddress.ip_address(host))
    except ValueError:
        return False
