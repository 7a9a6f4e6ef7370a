"""Requests have to be those of the client that the probe declares: a new connection each, over a network."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import clients
from tests.checks.minute import GOOD, found, minute, says

NEW = {"host": "10.96.0.1", "port": 80, "kind": "http-new"}


def judged(spec: dict[str, Any], ports: int = 600, *, took: float = 0.001, port: int = 40000) -> Any:
    act = minute(GOOD)
    act.recording.specs["web"] = spec
    (lane,) = act.recording.lanes.values()
    for at in range(len(lane)):
        lane.ports[at] = port + at % ports if port else 0
        lane.took[at] = took
    return found(act)


@pytest.mark.parametrize(
    ("spec", "ports", "why"),
    [
        (NEW, 600, ""),
        (NEW, 180, ""),
        (NEW, 177, "should use a new port for each request; it used 177 for "),
        (NEW, 1, "it used 1 for "),
        ({**NEW, "kind": "http-kept"}, 1, ""),
        ({**NEW, "kind": "dns-udp"}, 1, "it used 1 for "),
        ({**NEW, "kind": "dns-udp", "keep_port": True}, 1, ""),
        ({**NEW, "kind": "dns-udp", "server": "127.0.0.1"}, 600, "is a cache on its own node"),
        ({**NEW, "kind": "dns-udp", "server": "10.96.0.10"}, 600, ""),
        ({**NEW, "server": "no address"}, 600, ""),
    ],
)
def test_a_new_connection_has_a_port_of_its_own(spec: dict[str, Any], ports: int, why: str) -> None:
    says(judged(spec, ports), why)


def few_at(at: int, ports: int) -> Any:
    """A lane with a port for each request but for 60 in a row, from one of them on, which have so many."""
    act = minute(GOOD)
    act.recording.specs["web"] = NEW
    (lane,) = act.recording.lanes.values()
    for tick in range(len(lane)):
        lane.ports[tick] = 40000 + (tick % ports if at <= tick < at + 60 else tick)
    return found(act)


def test_a_client_that_takes_turns_between_a_few_ports_for_a_while() -> None:
    says(few_at(120, 30), "")
    says(few_at(120, 29), "it used 29 for 60")
    says(few_at(0, 2), "it used 2 for ")


@pytest.mark.parametrize(
    ("qname", "why"),
    [
        ("web.ns.svc.cluster.local.", ""),
        ("_http._tcp.web.ns.svc.cluster.local.", ""),
        ("web-0.web.ns.svc.cluster.local.", ""),
        ("web.other.svc.cluster.local.", "asked for a name in the namespace other"),
        ("web-0.web.other.svc.corp.test.", "asked for a name in the namespace other"),
        ("example.org.", ""),
    ],
)
def test_a_name_belongs_to_the_scenarios_namespace(qname: str, why: str) -> None:
    for namespace in ("ns", ""):
        act = minute("")
        act.recording.namespace = namespace
        act.recording.specs["web"] = {"qname": qname}
        said = list(clients.lacking(act, "web", [], 0.0, 60.0))
        assert len(said) == bool(why and namespace)
        assert all(why in one for one in said)


@pytest.mark.parametrize(
    ("took", "port", "why"), [(0.001, 40000, ""), (0.0, 40000, "took no time"), (0.001, 0, "came to no port")]
)
def test_an_answer_takes_time_and_comes_to_a_port(took: float, port: int, why: str) -> None:
    says(judged(NEW, took=took, port=port), why)
    says(judged({key: value for key, value in NEW.items() if key != "kind"}, took=took, port=port), "")
