"""From which ports did clients ask: from one that is kept, or from a new one each time?"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.checks.lanes import span
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act, Lane


def one_port_each(act: Act, lanes: Sequence[Lane]) -> None:
    """Raise unless there are such lanes, and each of them asked everything from one port.

    :raises Inconclusive: naming the lane that did not
    """
    if not lanes:
        raise Inconclusive("no client that keeps its port asked")
    for lane in lanes:
        ports = _ports(act, lane)
        if len(ports) > 1:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} was to keep its port, and asked from {len(ports)}")


def new_ports(act: Act, lanes: Sequence[Lane]) -> None:
    """Raise unless there are such lanes, and each of them asked from more than one port.

    :raises Inconclusive: naming the lane that did not
    """
    if not lanes:
        raise Inconclusive("no client that takes a new port for each question asked")
    for lane in lanes:
        if len(_ports(act, lane)) < 2:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} was to take new ports, and kept one")


def _ports(act: Act, lane: Lane) -> set[int]:
    """Return the ports from which a lane asked; a question that was never sent has none.

    :raises Inconclusive: when none is known
    """
    ports = {lane.ports[at] for at in span(lane, act.baseline, act.end)} - {0}
    if not ports:
        raise Inconclusive(f"from which port “{lane.probe}” on {lane.node} asked is not known")
    return ports
