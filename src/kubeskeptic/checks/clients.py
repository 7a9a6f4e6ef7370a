"""Were the requests of a lane those of the client that its probe is declared to be?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks.lanes import span
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import named

_OK = OUTCOMES.index(Outcome.OK)
NEW_CONNECTIONS = ("http-new", "tcp", "dns-tcp", "dns-udp")
"""Kinds of probes that take another source port for each request, unless they are told to keep it."""
KEPT_CONNECTIONS = ("http-kept",)
"""Kinds of probes that send one request after another over the same connection."""
ENOUGH = 20
"""With fewer requests than these, the number of ports says nothing."""
DIFFERENT = 0.3
"""The least share of a lane's requests that come from a port of their own: of 28,000 ephemeral ports (``ip_local_port_range``)
even a lane of 20,000 requests uses more than half once."""
SUCCESSIVE, DIFFERENT_SUCCESSIVE = 60, 0.5
"""Of so many requests in a row, at least this share come from a port of their own: the kernel takes ports in turn for TCP, and
at random for UDP. The lowest share measured was 0.83."""


def lacking(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """Yield why a probe's requests were not those that are declared, one sentence each."""
    spec = act.recording.specs.get(probe, {})
    if _on_loopback(str(spec.get("server") or "")):
        yield f"“{probe}” asked the name server {spec['server']}, which is a cache on its own node"
    namespace = named(str(spec.get("qname") or ""))[1]
    if namespace and act.recording.namespace not in ("", namespace):
        yield f"“{probe}” asked for a name in the namespace {namespace}, not in the scenario's"
    keeps = spec.get("kind") in KEPT_CONNECTIONS or bool(spec.get("keep_port"))
    if spec.get("kind") and probe in (act.reading.new if keeps else act.reading.kept):
        did = "kept its connection" if keeps else "took a new connection for each request"
        yield f"“{probe}” {did}, unlike what is claimed"
    fresh = spec.get("kind") in NEW_CONNECTIONS and not keeps
    for lane in lanes:
        asked = span(lane, since, until)
        unreal = sum(1 for at in asked if lane.codes[at] == _OK and (lane.took[at] <= 0 or not lane.ports[at]))
        if unreal and spec.get("kind"):
            yield f"{unreal} answers of “{probe}” on {lane.node} took no time, or came to no port"
        ports = [lane.ports[at] for at in asked if lane.ports[at]]
        few = _few(ports) if fresh else None
        if few:
            yield f"“{probe}” on {lane.node} should use a new port for each request; it used {few[0]} for {few[1]}"


def _few(ports: Sequence[int]) -> tuple[int, int] | None:
    """Return how many ports were used for how many requests, if these are too few ports; None if they are enough."""
    successive = (ports[at : at + SUCCESSIVE] for at in range(0, len(ports), SUCCESSIVE))
    stretches = [(ports, DIFFERENT), *((one, DIFFERENT_SUCCESSIVE) for one in successive)]
    for some, share in stretches:
        if len(some) >= ENOUGH and len(set(some)) < share * len(some):
            return len(set(some)), len(some)
    return None


def _on_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
