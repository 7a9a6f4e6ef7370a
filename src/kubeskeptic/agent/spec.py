"""What a probe asks: one JSON object, checked once, when it arrives.

=============  ======================================================================================================
``name``       text, unique within its scenario
``kind``       ``http-new``, ``http-kept``, ``http-payload``, ``dns-udp``, ``dns-tcp``, ``tcp`` or ``udp``
``period``     seconds between two questions, 0.005 to 3600; by default 0.02
``deadline``   seconds for everything, at most 60; by default 3.5: more than a lost SYN costs (1 s, then 2 s more)
``host``       IP address, or ``$NODE`` for the address of the agent's own node (all but dns)
``port``       1 to 65535 (for DNS optional: 53)
``path``       begins with ``/``; by default ``/`` (http-new, http-kept)
``size``       bytes that are sent and must come back: 8 to 60000, by default 64 (udp); 1 to 524288, by default
               65536 (http-payload)
``server``     IP address of the name server (dns)
``qname``      the exact name to look up; there is no search list (dns)
``qtype``      ``A``, ``AAAA`` or ``SRV``; by default ``A`` (dns)
``keep_port``  true: all questions come from one source port (udp and dns-udp)
``expect``     the right answers: the pods of which one must answer, by name or ``namespace/name/uid`` (http, udp); the
               whole set of records as text (dns); null if any answer is right
``peer``       true: keep the client's address as the workload saw it (http, udp)
=============  ======================================================================================================

Specs contain addresses, not names: a probe asks one question, and looking up a name is another.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("http-new", "http-kept", "http-payload", "dns-udp", "dns-tcp", "tcp", "udp")
QTYPES = ("A", "AAAA", "SRV")
NODE = "$NODE"
KEY = 8
"""Bytes at the beginning of a UDP question that identify its answer."""
ECHO = "/echo"
"""Path at which a workload sends a posted body back."""
_SIZES = {"udp": (KEY, 60_000, 64), "http-payload": (1, 1 << 19, 1 << 16)}
"""Smallest, largest and default size, by kind."""


class BadSpec(ValueError):
    """A probe that cannot be asked; the message is one sentence for the sender."""


@dataclass(frozen=True)
class Spec:
    """A checked probe. ``address`` is where the question goes: IP address and port."""

    name: str
    kind: str
    period: float
    deadline: float
    address: tuple[str, int]
    path: str = "/"
    qname: str = ""
    qtype: str = "A"
    expect: frozenset[str] | None = None
    size: int = 0
    keep_port: bool = False
    peer: bool = False

    @property
    def one_client(self) -> bool:
        """Whether a connection or a port is kept from one question to the next, so that one client must ask them all."""
        return self.kind == "http-kept" or self.keep_port

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4 or IPv6."""
        return socket.AF_INET6 if ":" in self.address[0] else socket.AF_INET


def parse(raw: object, node_ip: str = "") -> Spec:
    """Return the probe that ``raw`` (decoded JSON) describes.

    :param node_ip: what ``$NODE`` stands for
    :raises BadSpec: when it does not describe a probe, with the reason
    """
    if not isinstance(raw, Mapping):
        raise BadSpec("a probe is a JSON object")
    name, kind = _text(raw, "name"), _text(raw, "kind")
    if kind not in KINDS:
        raise BadSpec(f"{name}: kind is one of {', '.join(KINDS)}, not {kind}")
    dns = kind.startswith("dns")
    host = _text(raw, "server" if dns else "host")
    return Spec(
        name=name,
        kind=kind,
        period=_number(raw, "period", 0.005, 3600.0, 0.02),
        deadline=_number(raw, "deadline", 0.005, 60.0, 3.5),
        address=(_address(name, host, node_ip), int(_number(raw, "port", 1, 65535, 53 if dns else None))),
        path=ECHO if kind == "http-payload" else _path(raw) if kind.startswith("http") else "/",
        qname=_text(raw, "qname") if dns else "",
        qtype=_qtype(raw) if dns else "A",
        expect=_expect(raw),
        size=int(_number(raw, "size", *_SIZES[kind])) if kind in _SIZES else 0,
        keep_port=_flag(raw, "keep_port"),
        peer=_flag(raw, "peer"),
    )


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value or len(value) > 500:
        raise BadSpec(f"{raw.get('name', 'a probe')}: {key} is missing or not a text of at most 500 characters")
    return value


def _number(raw: Mapping[str, Any], key: str, low: float, high: float, otherwise: float | None) -> float:
    value = raw.get(key)
    value = otherwise if value is None else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadSpec(f"{raw.get('name', 'a probe')}: {key} is a number from {low:g} to {high:g}, not {value}")
    return float(value)


def _flag(raw: Mapping[str, Any], key: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise BadSpec(f"{raw.get('name', 'a probe')}: {key} is true or false")
    return value


def _address(name: str, host: str, node_ip: str) -> str:
    if host == NODE and not node_ip:
        raise BadSpec(f"{name}: this agent was not told the address of its node (NODE_IP), so {NODE} means nothing")
    try:
        return str(ipaddress.ip_address(node_ip if host == NODE else host))
    except ValueError as error:
        raise BadSpec(f"{name}: {host} is not an IP address; looking up a name would be a second question") from error


def _path(raw: Mapping[str, Any]) -> str:
    path = _text(raw, "path") if raw.get("path") is not None else "/"
    if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
        raise BadSpec(f"{raw['name']}: path begins with / and is plain ASCII without spaces, not {path!r}")
    return path


def _qtype(raw: Mapping[str, Any]) -> str:
    qtype = _text(raw, "qtype") if raw.get("qtype") is not None else "A"
    if qtype not in QTYPES:
        raise BadSpec(f"{raw['name']}: qtype is one of {', '.join(QTYPES)}, not {qtype}")
    return qtype


def _expect(raw: Mapping[str, Any]) -> frozenset[str] | None:
    expect = raw.get("expect")
    if expect is None:
        return None
    if not isinstance(expect, list) or not all(isinstance(answer, str) for answer in expect):
        raise BadSpec(f"{raw['name']}: expect is a list of texts, or null")
    return frozenset(expect)
