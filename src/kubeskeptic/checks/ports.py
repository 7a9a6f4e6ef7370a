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
        raise Inconclusive("no client that keeps its port asked")
    for lane in lanes:
        ports = _ports(act, lane)
        if len(ports) > 1:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} was to keep its port, and asked from {len(ports)}")


def new_ports(act: Act, lanes: Sequence[Lane]) -> None:
    """Require that there are lanes, and that each sent its requests from more than one port.

    :raises Inconclusive: if there are none, or if a lane did not; the message names it
    """
    if not lanes:
        raise Inconclusive("no client that takes a new port for each question asked")
    for lane in lanes:
        if len(_ports(act, lane)) < 2:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} was to take new ports, and kept one")


def _ports(act: Act, lane: Lane) -> set[int]:
    """Return the source ports of a lane's requests; a request that was never sent has none.

    :raises Inconclusive: if no port is known
    """
    ports = {lane.ports[at] for at in span(lane, act.baseline, act.end)} - {0}
    if not ports:
        raise Inconclusive(f"from which port “{lane.probe}” on {lane.node} asked is not known")
    return ports
