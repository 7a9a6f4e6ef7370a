"""Were the requests of a lane those of the client that its probe is declared to be?"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks.lanes import span
from kubeskeptic.timeline import Act, Lane

_OK = OUTCOMES.index(Outcome.OK)
NEW_CONNECTIONS = ("http-new", "tcp", "dns-tcp", "dns-udp")
"""Kinds of probes that take another source port for each request, unless they are told to keep it."""
ENOUGH = 20
"""With fewer requests than these, the number of ports says nothing."""
DIFFERENT = 0.3
"""The least share of requests that come from a port of their own: of 28,000 ephemeral ports (``ip_local_port_range``) even a
lane of 20,000 requests uses more than half once."""


def lacking(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """Yield why a probe's requests were not those that are declared, one sentence each."""
    spec = act.recording.specs.get(probe, {})
    if _on_loopback(str(spec.get("server") or "")):
        yield f"“{probe}” asked the name server {spec['server']}, which is a cache on its own node"
    fresh = spec.get("kind") in NEW_CONNECTIONS and not spec.get("keep_port")
    for lane in lanes:
        asked = span(lane, since, until)
        unreal = sum(1 for at in asked if lane.codes[at] == _OK and (lane.took[at] <= 0 or not lane.ports[at]))
        if unreal and spec.get("kind"):
            yield f"{unreal} answers of “{probe}” on {lane.node} took no time, or came to no port"
        ports = [lane.ports[at] for at in asked if lane.ports[at]]
        if fresh and len(ports) >= ENOUGH and len(set(ports)) < DIFFERENT * len(ports):
            yield f"“{probe}” on {lane.node} should use a new port for each request; it used {len(set(ports))} for {len(ports)}"


def _on_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
