"""From which ports did clients send their requests: from one that they keep, or from a new one each time?"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.checks.lanes import span
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act, Lane


def one_port_each(act: Act, lanes: Sequence[Lane]) -> None:
    """Require that there are lanes, and that each sent all its requests from one port.

    :raises Inconclusive: if there are none, or if a lane did not; the message names it
    """
    if not lanes:
        raise Inconclusive("no client that keeps its source port sent requests")
    for lane in lanes:
        ports = _ports(act, lane)
        if len(ports) > 1:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} should keep its source port, but used {len(ports)}")


def new_ports(act: Act, lanes: Sequence[Lane]) -> None:
    """Require that there are lanes, and that each sent its requests from more than one port.

    :raises Inconclusive: if there are none, or if a lane did not; the message names it
    """
    if not lanes:
        raise Inconclusive("no client with a new source port for each request sent any")
    for lane in lanes:
        if len(_ports(act, lane)) < 2:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} should use new source ports, but kept one")


def _ports(act: Act, lane: Lane) -> set[int]:
    """Return the source ports of a lane's requests; a request that was never sent has none.

    :raises Inconclusive: if no port is known
    """
    ports = {lane.ports[at] for at in span(lane, act.baseline, act.end)} - {0}
    if not ports:
        raise Inconclusive(f"the source port of “{lane.probe}” on {lane.node} is not known")
    return ports
