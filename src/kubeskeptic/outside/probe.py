"""The run's side of the outside probe: its process, and what that saw, into the journal."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from kubeskeptic.agent.spec import NODE
from kubeskeptic.durations import IN_FLIGHT, PULL_ANSWER
from kubeskeptic.errors import BadInput, SkepticError
from kubeskeptic.journal import Journal
from kubeskeptic.probes.batches import Batch, joined, parse
from kubeskeptic.probes.recent_samples import LaneKey, RecentSamples
from kubeskeptic.probes.specs import Probe
from kubeskeptic.timeline.samples import OUTSIDE

AGENT = "outside"
"""What stands in its batches for the name of an agent's pod."""
CLOCK_ERROR = 0.001
"""Seconds by which its times may be off the harness's: both are read from the clock of one machine."""
_COMMAND = (sys.executable, "-P", "-m", "kubeskeptic.outside.process")


@dataclass(frozen=True)
class Target:
    """A way into the cluster that is asked from outside.

    :param name: the node that is asked, or another name of the way, unique in its scenario
    :param host: IP address that this machine reaches
    """

    name: str
    host: str
    port: int


def node_targets(nodes: Iterable[Mapping[str, Any]], port: int) -> list[Target]:
    """Return the targets of a NodePort: each node's internal address. Nodes without one are left out.

    :param nodes: Node objects
    """
    found = []
    for node in nodes:
        addresses = node.get("status", {}).get("addresses", ())
        host = next((one["address"] for one in addresses if one["type"] == "InternalIP"), None)
        found += [Target(node["metadata"]["name"], host, port)] if host else []
    return found


def lane(target: str) -> str:
    """Return what stands for the node in samples that were asked from outside through a target: no node is called so."""
    return f"{OUTSIDE}{target}"


class OutsideProbe:
    """One HTTP question, asked of several targets from this machine, between entering and leaving a ``with`` block.

    Each target is a lane of its own, named by :func:`lane`. Samples and gaps go to the journal as those of agents do. On
    leaving, what is in flight is waited for; what the process did not deliver is a gap.

    :param probe: of kind ``http-new``; its name is one that no probe of the agents in this scenario has, its host is not used
    :raises BadInput: when the probe is of another kind, or two targets have one name
    """

    def __init__(self, journal: Journal, scenario: str, probe: Probe, targets: Sequence[Target]) -> None:
        if probe.kind != "http-new":
            raise BadInput(f"the probe “{probe.name}” cannot be asked from outside: it is of kind {probe.kind}")
        self._targets = {lane(target.name): target for target in targets}
        if not targets or len(self._targets) < len(targets):
            raise BadInput(f"the targets of “{probe.name}” must be some, each with a name of its own")
        self._journal = journal
        self._scenario = scenario
        self._probe = probe
        self._recent = RecentSamples()
        self._newest: dict[str, float] = {}
        self._ended: set[str] = set()
        self._trouble = ""

    @property
    def lanes(self) -> list[str]:
        """The names of its lanes, in the order of its targets."""
        return list(self._targets)

    @property
    def pid(self) -> int:
        """The process that asks."""
        return self._process.pid

    def __enter__(self) -> Self:
        self._journal.write(
            "probe", scenario=self._scenario, probe=self._probe.name, nodes=self.lanes,
            spec={**replace(self._probe, host=NODE).spec(), "from": AGENT},
        )  # fmt: skip
        self._started = time.time()
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, start_new_session=True
        )
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        self._reader = threading.Thread(target=self._read, name="outside probe", daemon=True)
        self._reader.start()
        self._order()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._to.close()  # which tells it to end
        self._reader.join(self._probe.deadline + IN_FLIGHT + PULL_ANSWER)
        if self._reader.is_alive():
            self._trouble = "its process did not end"
            self._process.kill()
            self._reader.join(PULL_ANSWER)
        self._process.wait(PULL_ANSWER)
        self._from.close()
        self._undelivered()
        self._said.close()

    def unsettled(self, seconds: float, since: float = 0.0) -> list[str]:
        """Return what keeps it from being settled, as :meth:`kubeskeptic.probes.agents.Agents.unsettled` does.

        :param since: the settled stretch has to begin after this time
        """
        if self._trouble:
            return [f"the outside probe was lost: {self._trouble} {self._last_words()}".rstrip()]
        now = time.time()
        lanes = [LaneKey(self._scenario, name, self._probe.name) for name in self.lanes]
        return [f"{one.probe} from {one.node}" for one in lanes if not self._recent.calm(one, now, seconds, since)]

    # -- the process -------------------------------------------------------------------------------------------------
    def _order(self) -> None:
        targets = [
            {"node": name, "spec": replace(self._probe, host=target.host, port=target.port).spec()}
            for name, target in self._targets.items()
        ]
        order = {"agent": AGENT, "scenario": self._scenario, "targets": targets}
        with contextlib.suppress(BrokenPipeError):  # one that has ended already is a gap, with what it said
            self._to.write(json.dumps(order).encode() + b"\n")
            self._to.flush()

    def _read(self) -> None:
        try:
            for line in self._from:
                self._take(parse(line, AGENT))
            self._trouble = self._trouble or f"its process ended with status {self._process.wait(PULL_ANSWER)}"
        except (
            SkepticError,
            OSError,
            ValueError,
            subprocess.TimeoutExpired,
        ) as error:  # ValueError: the journal is closed
            self._trouble = f"{type(error).__name__}: {error}"

    def _take(self, batch: Batch) -> None:
        name = str(batch.node)
        if len(batch):
            self._journal.write("samples", **batch.record(name, 0.0, CLOCK_ERROR))
            self._newest[name] = max(self._newest.get(name, 0.0), *batch.sent)
        for one, looks in batch.looks(name, 0.0):
            self._recent.add(one, looks)
        for stall in batch.stalls:
            times = {"since": stall["since"], "until": stall["until"], "error": CLOCK_ERROR}
            self._journal.write("stall", node=name, boot=batch.boot, **times)
        for gap in batch.missed:
            self._recent.skip(LaneKey(self._scenario, name, gap["probe"]), batch.ticks_of(gap))
        for gap in joined(batch.missed):
            reason = f"{gap['reason']}: {gap['ticks']} questions were not asked"
            self._gap(name, gap["since"], gap["until"], reason, gap["ticks"])
        self._recent.pulled(name, batch.wall)
        if batch.raw.get("last"):
            self._ended.add(name)

    def _undelivered(self) -> None:
        """Write a gap for each target whose last batch did not come."""
        for name in self.lanes:
            if name not in self._ended:
                reason = f"the outside probe was lost: {self._trouble} {self._last_words()}".rstrip()
                self._gap(name, self._newest.get(name, self._started), None, reason)

    def _last_words(self) -> str:
        self._said.seek(0)
        return self._said.read().decode(errors="replace").strip()[-300:]

    def _gap(self, node: str, since: float, until: float | None, reason: str, ticks: int | None = None) -> None:
        self._journal.write(
            "gap", source="probe", scenario=self._scenario, node=node, probe=self._probe.name, resource="",
            since=since, until=until, reason=reason, ticks=ticks,
        )  # fmt: skip
