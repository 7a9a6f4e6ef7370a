"""From which ports did clients send their requests: from one that they keep, or from a new one each time?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kubeskeptic.checks.lanes import span
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.timeline import Act, Lane

PORTS = 60999 - 32768 + 1
"""How many source ports the kernel chooses from (Linux, ``ip_local_port_range``), at random for UDP."""
PORTS_OF_CONNECT = PORTS // 2
"""How many of these ``connect`` chooses from first: it leaves those of the other parity to ``bind`` (Linux 4.2, commit
07f4c90062f8)."""
BY_CHANCE = 0.001
"""How often, at most, a lane has more of something by chance than is taken for chance."""


def most_by_chance(mean: float) -> int:
    """Return how many of something there may be by chance: the quantile of a Poisson distribution.

    :param mean: how many there are on average
    """
    count, chance = 0, math.exp(-mean)
    left = 1 - chance
    while left > BY_CHANCE:
        count += 1
        chance *= mean / count
        left -= chance
    return count


def asked_by_kept(act: Act, *probes: str) -> None:
    """Require that the run had probes that keep their port or connection; runs of earlier versions did not have all of them.

    :raises NotAsked: if it had none of these
    """
    act.reading.kept |= set(probes)
    if probes and not any(probe in act.recording.specs for probe in probes):
        raise NotAsked(f"that run had no “{'”, “'.join(probes)}”")


def asked_by_new(act: Act, *probes: str) -> None:
    """Note that a claim is about new connections: if a probe kept its own, the verdict is not *holds*."""
    act.reading.new |= set(probes)


def lanes_of_kept(act: Act, probe: str) -> list[Lane]:
    """Return the lanes of a probe that is to keep its port, each of whose requests matters, and require that they did.

    :raises NotAsked: if the run is of an earlier version, which had no such probe
    :raises Inconclusive: if a lane used several ports
    """
    asked_by_kept(act, probe)
    lanes = act.lanes(probe, unbroken=True)
    one_port_each(act, lanes)
    return lanes


def one_port_each(act: Act, lanes: Sequence[Lane]) -> None:
    """Require that there are lanes, and that each sent all its requests from one port.

    :raises Inconclusive: if there are none, or if a lane did not; the message names it
    """
    if not lanes:
        raise Inconclusive("no client that keeps its source port sent requests")
    act.reading.kept |= {lane.probe for lane in lanes}
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
