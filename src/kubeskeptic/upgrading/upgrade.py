"""One upgrade from its first step to its last, or from where an earlier attempt stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic.clusters import Cluster
from kubeskeptic.clusters.steps import Progress
from kubeskeptic.errors import SkepticError
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings import kubelet_versions
from kubeskeptic.reports import comparison, write_all
from kubeskeptic.reports import disruption as disrupted
from kubeskeptic.reports.disruption import Disruption
from kubeskeptic.runs.model import RunOptions
from kubeskeptic.runs.opening import open_run
from kubeskeptic.terminal import Status, elapsing
from kubeskeptic.timeline import load
from kubeskeptic.upgrading import plan
from kubeskeptic.upgrading.node_work import NodeWork, note
from kubeskeptic.upgrading.observing import SCENARIO, judge, observed
from kubeskeptic.upgrading.release import Release
from kubeskeptic.upgrading.state import Ledger, UpgradeState, UpgradeStep
from kubeskeptic.upgrading.suite_run import ask

INTERRUPTED = 2
Say = Callable[[str], None]


class UpgradeStopped(SkepticError):
    """An upgrade did not finish. The message states what state the cluster is in and how to resume."""

    def __init__(self, why: str, standing: str, status: int) -> None:
        self.exit_status = status
        super().__init__(f"{standing}. It stopped because {why}")


@dataclass(frozen=True)
class Upgraded:
    """The outcome of an upgrade.

    :param kubelets: version by node
    :param disruptions: what clients saw, one for each run that observed the upgrade
    :param compared: comparison of the runs before and after; None if they were left out
    """

    state: UpgradeState
    kubelets: dict[str, str]
    disruptions: tuple[Disruption, ...]
    compared: comparison.Comparison | None

    @property
    def longest(self) -> float:
        """The longest outage of any target on any node, in seconds."""
        return max((one.longest for one in self.disruptions), default=0.0)


@dataclass(frozen=True)
class Upgrade:
    """An upgrade of one cluster.

    :param shown: shows a status while its block runs
    :param tolerance: how much closer to its bound a number may come, in percent of the bound; None for no limit
    """

    cluster: Cluster
    kube: Kube
    reports: Path
    ledger: Ledger
    release: Release
    progress: Progress
    say: Say
    tolerance: float | None = None
    shown: Callable[[Status], AbstractContextManager[object]] = nullcontext

    @property
    def state(self) -> UpgradeState:
        """The state of the upgrade."""
        return self.ledger.state

    def perform(self) -> Upgraded:
        """Perform the steps that are not done.

        :raises UpgradeStopped: when a step fails or is interrupted
        """
        with self._told_when_stopped():
            finish(self.reports, self.state)
            reopen(self.state, self.kube)
            self.ledger.save()
            self._ask(plan.BEFORE, "before")
            self._in_nodes()
            note(self.cluster.name, mixed=bool(self.state.skew))
            self._ask(plan.AFTER, "after")
        self.ledger.close()
        return self.outcome()

    def outcome(self) -> Upgraded:
        """Return the outcome."""
        seen = tuple(one for run in self.state.runs.get("during", ()) if (one := seen_in(self.reports / run)))
        return Upgraded(self.state, kubelet_versions(self.kube), seen, self._compared())

    def _compared(self) -> comparison.Comparison | None:
        runs = [self.state.runs[when][-1] for when in ("before", "after") if self.state.runs.get(when)]
        results = [comparison.read(self.reports / run / "result.json") for run in runs]
        return comparison.Comparison(results[0], results[1], self.tolerance) if len(results) == 2 else None

    # -- inside --------------------------------------------------------------------------------------------------------
    @contextmanager
    def _told_when_stopped(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt as told:
            why = f"it was interrupted ({str(told).partition(':')[0] or 'SIGINT'})"
            raise UpgradeStopped(why, self.state.standing(), INTERRUPTED) from told
        except SkepticError as error:
            raise UpgradeStopped(str(error), self.state.standing(), error.exit_status) from error

    def _ask(self, what: str, when: str) -> None:
        for step in (one for one in self.state.steps if one.what == what and not one.done):
            self.say(f"{step}: pytest {' '.join(self.state.choice)}")
            with self.ledger.step(step):
                run = ask(self.state.choice, self.cluster.name, self.reports, self.state.seed)
                self.ledger.add_run(when, run)

    def _in_nodes(self) -> None:
        """Perform and observe the remaining steps in nodes; do nothing if all are done."""
        left = [step for step in self.state.steps if step.node and not step.done]
        if not left:
            return
        options = RunOptions(
            cluster=self.cluster.name, seed=self.state.seed, reports=self.reports, changing=True
        )  # fmt: skip
        try:
            self._observed(options, left)
        finally:
            keep(options.folder)

    def _observed(self, options: RunOptions, left: list[UpgradeStep]) -> None:
        with open_run(options) as run:
            self.ledger.add_run("during", run.id)
            try:
                with observed(run) as watching:
                    work = NodeWork(run.site, self.release, self.progress, watching.settled)
                    for step in left:
                        with self.ledger.step(step), watching.step(step), self._timed(step):
                            work.perform(step)
            finally:
                judge(run.followed.evidence(), run.journal)

    @contextmanager
    def _timed(self, step: UpgradeStep) -> Iterator[None]:
        self.say(f"{step} …")
        with self.shown(elapsing(f"step {self.state.steps.index(step) + 1} of {len(self.state.steps)}, {step},")):
            yield
        self.say(f"{step}: done in {self.ledger.since(step):.0f} s")


def reopen(state: UpgradeState, kube: Kube) -> None:
    """Uncordon the nodes that an interrupted upgrade left cordoned, so that the watched workload can run on them.

    A node whose kubelet was not replaced yet is drained again when its turn comes.
    """
    steps = {(step.what, step.node): step for step in state.steps}
    for (what, node), drain in steps.items():
        if what == plan.DRAIN and drain.attempts and not steps[plan.UNCORDON, node].done:
            kube.patch("Node", node, None, {"spec": {"unschedulable": None}})
            drain.ended = drain.ended if steps[plan.KUBELET, node].done else 0.0


def finish(reports: Path, state: UpgradeState) -> None:
    """Judge the recordings of killed runs and write their reports; the journals contain all that is needed."""
    for run in state.runs.get("during", ()):
        folder = reports / run
        if (folder / "journal.jsonl").exists() and not (folder / "result.json").exists():
            with closing(Journal(folder / "journal.jsonl")) as journal:
                judge(load(folder / "journal.jsonl"), journal)
            write_all(folder)
            keep(folder)


def seen_in(folder: Path) -> Disruption | None:
    """Return what clients saw according to a run's journal; None if the run watched nothing."""
    path = folder / "journal.jsonl"
    recording = load(path).scenarios.get(SCENARIO) if path.exists() else None
    return disrupted.disruption(folder.name, recording) if recording else None


def keep(folder: Path) -> None:
    """Write the disruption section beside a run's reports, as JSON and as Markdown."""
    found = seen_in(folder)
    if found:
        text = json.dumps(disrupted.document(found), indent=2, ensure_ascii=False)
        (folder / "disruption.json").write_text(text + "\n", encoding="utf-8")
        (folder / "disruption.md").write_text(disrupted.markdown(found), encoding="utf-8")
