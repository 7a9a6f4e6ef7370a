"""Records about the observers: nodes that joined, agents and processors that did not run, real-time priority."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from kubeskeptic.durations import BRIEF
from kubeskeptic.journal import Record
from kubeskeptic.timeline.recording import Recording
from kubeskeptic.timeline.samples import OUTSIDE
from kubeskeptic.timeline.stalls import Pause, Stall, Standstill, standstills


class Observers:
    """Takes in the records about agents, and gives each recording those that overlap with it.

    :param realtime: by node, whether its agent had real-time priority throughout the run; filled here
    """

    def __init__(self, realtime: dict[str, bool]) -> None:
        self._realtime = realtime
        self._stalls: list[Stall] = []
        self._pauses: list[Pause] = []
        self._joined: dict[str, float] = {}
        self._left: dict[str, float] = {}
        self._hosts: dict[str, str] = {}
        self.takes = {"stall": self.stall, "pause": self.pause, "nodes": self.nodes, "priority": self.priority}
        """The handler for each kind of record."""

    def stall(self, record: Record) -> None:
        """Take in a ``stall`` record."""
        self._stalls.append(Stall(record["node"], record["since"], record["until"], record.get("error") or 0.0))

    def pause(self, record: Record) -> None:
        """Take in a ``pause`` record."""
        times = record["since"], record["until"]
        self._pauses.append(Pause(record["processor"], record["processors"], *times, tuple(record["nodes"])))

    def nodes(self, record: Record) -> None:
        """Take in a ``nodes`` record."""
        for node in record.get("joined") or ():
            self._joined.setdefault(node, record["at"])
        for node in record.get("left") or ():
            self._left.setdefault(node, record["at"])

    def priority(self, record: Record) -> None:
        """Take in a ``priority`` record."""
        node = record["node"]
        self._realtime[node] = self._realtime.get(node, True) and record["realtime"]

    def samples(self, record: Record) -> None:
        """Take in which agent took samples on which node.

        :raises ValueError: if the same agent did on another node: a pod has one node
        """
        node, agent = record["node"], record.get("agent")
        if agent and not node.startswith(OUTSIDE) and self._hosts.setdefault(agent, node) != node:
            raise ValueError(f"its agent {agent} is on {self._hosts[agent]}, and not on {node}")

    def fill(self, recording: Recording) -> None:
        """Give a recording the nodes that joined before its end, and the stalls and standstills that overlap with it."""
        end = recording.ended or float("inf")
        recording.joined = {node: at for node, at in self._joined.items() if at <= end}
        recording.left = frozenset(node for node, at in self._left.items() if at <= end)
        recording.stalls = [one for one in self._stalls if one.until > recording.started and one.since < end]
        touching = (one for one in self._pauses if one.until > recording.started and one.since < end)
        recording.standstills = [one for one in standstills(touching) if not _ran(recording, one)]


def _ran(recording: Recording, standstill: Standstill) -> bool:
    """Return whether an agent sent a request within a standstill: then the machine ran, and a record of a pause is wrong."""
    for lane in recording.lanes.values():
        doubt = lane.doubt + BRIEF
        since, until = standstill.since + doubt, standstill.until - doubt
        if lane.node in standstill.nodes and bisect_right(lane.sent, since) < bisect_left(lane.sent, until):
            return True
    return False
