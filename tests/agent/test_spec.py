"""What a probe may be, and what is said of one that may not."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from kubeskeptic.agent.spec import BadSpec, parse

HTTP: dict[str, Any] = {"name": "web", "kind": "http-new", "host": "10.96.0.10", "port": 80}
DNS: dict[str, Any] = {"name": "names", "kind": "dns-udp", "server": "10.96.0.10", "qname": "web.ns.svc.cluster.local."}


def test_what_is_not_said_is_usual() -> None:
    spec = parse(HTTP)
    assert (spec.period, spec.deadline, spec.path, spec.expect) == (0.02, 3.5, "/", None)
    assert parse(DNS).address == ("10.96.0.10", 53)
    assert parse(DNS).qtype == "A"


def test_equal_specs_are_equal_whatever_their_order() -> None:
    assert parse(HTTP | {"expect": ["a", "b"]}) == parse({"expect": ["b", "a"]} | HTTP)
    assert parse(HTTP) != parse(HTTP | {"expect": []})


def test_the_node_itself() -> None:
    assert parse(HTTP | {"host": "$NODE"}, node_ip="172.18.0.3").address == ("172.18.0.3", 80)


def test_ipv6() -> None:
    assert parse(HTTP | {"host": "fd00::1"}).family is socket.AF_INET6


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "icmp"}, "kind is one of"),
        ({"name": ""}, "name is missing"),
        ({"host": "web.ns"}, "not an IP address"),
        ({"host": None}, "host is missing"),
        ({"host": "$NODE"}, "NODE_IP"),
        ({"port": 0}, "port is a number from 1 to 65535"),
        ({"port": "80"}, "port is a number"),
        ({"port": True}, "port is a number"),
        ({"period": 0}, "period is a number from 0.005"),
        ({"period": float("nan")}, "period is a number"),
        ({"deadline": -1}, "deadline is a number"),
        ({"path": "x"}, "path begins with /"),
        ({"path": "/a b"}, "path begins with /"),
        ({"path": "/\r\nX: y"}, "path begins with /"),
        ({"expect": "web-1"}, "expect is a list"),
        ({"expect": [1]}, "expect is a list"),
        ({"keep_port": 1}, "keep_port is true or false"),
        ({"peer": "yes"}, "peer is true or false"),
        ({"kind": "udp", "size": 7}, "size is a number from 8 to 60000"),
        ({"kind": "http-payload", "size": 1 << 20}, "size is a number from 1 to 524288"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSpec, match=says):
        parse(HTTP | change)


@pytest.mark.parametrize(
    ("change", "says"), [({"qtype": "MX"}, "qtype is one of"), ({"qname": None}, "qname is missing")]
)
def test_nonsense_about_names_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSpec, match=says):
        parse(DNS | change)


def test_something_else_altogether() -> None:
    with pytest.raises(BadSpec, match="JSON object"):
        parse(["web"])
