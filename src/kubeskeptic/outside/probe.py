"""The run's side of the outside probe: starts its process and writes that process's samples to the journal."""

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
"""The name in its batches, where agents give that of their pod."""
CLOCK_ERROR = 0.001
"""Seconds by which its times may differ from the harness's: both are read from the same machine's clock."""
_COMMAND = (sys.executable, "-P", "-m", "kubeskeptic.outside.process")


@dataclass(frozen=True)
class OutsideTarget:
    """An address of the cluster that is probed from outside.

    :param name: the node's name, or another name for the address, unique in its scenario
    :param host: IP address that this machine can reach
    """

    name: str
    host: str
    port: int


def node_targets(nodes: Iterable[Mapping[str, Any]], port: int) -> list[OutsideTarget]:
    """Return the targets of a NodePort: each node's internal address. Nodes without one are omitted.

    :param nodes: Node objects
    """
    found = []
    for node in nodes:
        addresses = node.get("status", {}).get("addresses", ())
        host = next((one["address"] for one in addresses if one["type"] == "InternalIP"), None)
        found += [OutsideTarget(node["metadata"]["name"], host, port)] if host else []
    return found


def lane(target: str) -> str:
    """Return the name used instead of a node's in samples taken from outside through a target; no node has this name."""
    return f"{OUTSIDE}{target}"


class OutsideProbe:
    """Asks several targets one HTTP question from this machine, between entering and leaving a ``with`` block.

    Each target has its own lane, named by :func:`lane`. Samples and gaps go to the journal as the agents' do. Leaving waits
    for questions in flight; samples that the process did not deliver become a gap.

    :param probe: of kind ``http-new``; no agent probe in this scenario may have the same name; its host is not used
    :raises BadInput: when the probe is of another kind, there is no target, or two targets have the same name
    """

    def __init__(self, journal: Journal, scenario: str, probe: Probe, targets: Sequence[OutsideTarget]) -> None:
        if probe.kind != "http-new":
            raise BadInput(
                f"the probe “{probe.name}” cannot be used from outside: its kind is {probe.kind}, not http-new"
            )
        self._targets = {lane(target.name): target for target in targets}
        if not targets or len(self._targets) < len(targets):
            raise BadInput(f"the outside probe “{probe.name}” needs at least one target, each with a different name")
        self._journal = journal
        self._scenario = scenario
        self._probe = probe
        self._recent = RecentSamples()
        self._newest: dict[str, float] = {}
        self._ended: set[str] = set()
        self._trouble = ""

    @property
    def lanes(self) -> list[str]:
        """The names of the lanes, in the order of the targets."""
        return list(self._targets)

    @property
    def pid(self) -> int:
        """The id of the process that asks."""
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
            self._to.close()  # makes the process end
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
        """Return what is not settled yet, as :meth:`kubeskeptic.probes.agents.Agents.unsettled` does.

        :param since: the settled period must begin after this time
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
        with contextlib.suppress(BrokenPipeError):  # a process that has already ended becomes a gap
            self._to.write(json.dumps(order).encode() + b"\n")
            self._to.flush()

    def _read(self) -> None:
        try:
            for line in self._from:
                self._take(parse(line, AGENT))
            self._trouble = self._trouble or f"its process ended with status {self._process.wait(PULL_ANSWER)}"
        # ValueError: the journal is closed
        except (SkepticError, OSError, ValueError, subprocess.TimeoutExpired) as error:
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
        """Write a gap for each target whose last batch did not arrive."""
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
