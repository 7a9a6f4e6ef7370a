from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.agent.spec import NODE, parse
from kubeskeptic.errors import BadInput
from kubeskeptic.probes.specs import (
    Probe,
    dns_tcp,
    dns_udp,
    http_kept,
    http_new,
    http_payload,
    tcp_connect,
    udp_echo,
)

ALL = [
    http_new("web", "10.96.0.1", 80, path="/x", expect=["web-0"]),
    http_kept("kept", "fd00::1", 80),
    http_new("node-port", NODE, 30080, rate=10),
    dns_udp("name", "10.96.0.10", "web.shop.svc.cluster.local.", expect=["10.96.0.1"]),
    dns_tcp("srv", "10.96.0.10", "web.shop.svc.cluster.local.", qtype="SRV", port=1053),
    tcp_connect("tcp", "10.96.0.1", 80, deadline=1.0),
    http_new("seen", "10.96.0.1", 80, peer=True),
    http_kept("seen-kept", "10.96.0.1", 80, peer=True),
    http_payload("large", "10.96.0.1", 80, size=100_000, expect=["ns/web-0/u1"]),
    udp_echo("small-datagram", "10.96.0.1", 80, peer=True),
    udp_echo("large-datagram", "10.96.0.1", 80, size=4000, keep_port=True),
    dns_udp("one-port", "10.96.0.10", "web.shop.svc.cluster.local.", keep_port=True),
]


@pytest.mark.parametrize("probe", ALL, ids=lambda probe: str(probe.name))
def test_the_agent_understands_what_we_say(probe: Probe) -> None:
    understood = parse(probe.spec(), node_ip="192.0.2.1")
    assert (understood.name, understood.kind, understood.period) == (probe.name, probe.kind, probe.period)
    assert understood.address == ("192.0.2.1" if probe.host == NODE else probe.host, probe.port)
    assert (understood.qname, understood.qtype) == (probe.qname, probe.qtype)
    assert understood.path == ("/echo" if probe.kind == "http-payload" else probe.path)
    assert understood.deadline == probe.deadline
    options = (understood.size, understood.keep_port, understood.peer)
    assert options == (probe.size, probe.keep_port, probe.peer)
    assert understood.expect == (None if probe.expect is None else frozenset(probe.expect))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "Web"}, "lower case"),
        ({"name": ""}, "lower case"),
        ({"kind": "ping"}, "kind must be one of"),
        ({"host": "web.shop"}, "would need a DNS lookup"),
        ({"port": 0}, "65535"),
        ({"rate": 0.0}, "rate"),
        ({"rate": 1000.0}, "rate"),
        ({"deadline": 0.0}, "deadline"),
        ({"path": "x"}, "begin with /"),
        ({"kind": "dns-udp"}, "qname"),
        ({"qname": "a."}, "qname"),
        ({"qtype": "MX"}, "qtype"),
        ({"size": 64}, "size"),
        ({"kind": "udp", "size": 7}, "size"),
        ({"kind": "udp", "size": 60_001}, "size"),
        ({"kind": "http-payload"}, "size"),
        ({"keep_port": True}, "source port"),
        ({"kind": "tcp", "peer": True}, "which client"),
        ({"kind": "dns-udp", "qname": "a.", "peer": True}, "which client"),
    ],
)
def test_nonsense_is_refused_before_it_is_sent(wrong: dict[str, Any], says: str) -> None:
    fine: dict[str, Any] = {"name": "web", "kind": "http-new", "host": "10.0.0.1", "port": 80}
    with pytest.raises(BadInput, match=says):
        Probe(**fine | wrong)


def test_fifty_a_second_is_a_resolution_of_20_ms() -> None:
    assert http_new("web", "10.0.0.1", 80).period == 0.02
