"""The stage: what the set-up and the acts of a scenario can do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kubeskeptic.bounds import Bound, Expression
from kubeskeptic.claims.model import Case
from kubeskeptic.durations import TAIL, Patience
from kubeskeptic.errors import ClusterError, PatienceExhausted, Unanswered
from kubeskeptic.faults import Fault, Inflicted, choose, inflict
from kubeskeptic.faults.targets import WHOLE
from kubeskeptic.probes.specs import Probe
from kubeskeptic.runs import Run, evidence
from kubeskeptic.scenarios.manifests import placed, read, replicas
from kubeskeptic.scenarios.namespace_view import NamespaceView
from kubeskeptic.scenarios.readiness import PodReadiness, readiness, wait_until_ready
from kubeskeptic.scenarios.sabotage import Lift, Sabotage
from kubeskeptic.timeline.recording import GIVEN, LEFT_OUT
from kubeskeptic.waiting import NotYet, until


class Stage(NamespaceView):
    """One scenario being performed on one cluster. Created by :func:`~kubeskeptic.scenarios.performing.perform`.

    :param scenario: its id
    :param manifest: its manifest file
    :param cases: the chosen cases, whose bounds decide how long each act is held
    :param sabotages: the scenario's sabotages that this run was asked to perform
    """

    def __init__(
        self,
        run: Run,
        scenario: str,
        namespace: str,
        manifest: Path,
        cases: Sequence[Case],
        sabotages: Iterable[Sabotage[Stage]],
    ) -> None:
        super().__init__(run, namespace)
        self.scenario = scenario
        self.manifest = manifest
        self.cases = tuple(cases)
        self.sabotages = tuple(sabotages)
        self.irreducible = 0.0
        """Seconds that the settings make unavoidable: settled baselines, bounds that have to pass, tails."""
        self.facts: dict[str, Any] = {}
        self.victims: dict[str, str] = {}
        """The pod chosen last in each act."""
        self.dead_nodes: list[str] = []
        """The nodes that the act's last fault took down as a whole."""
        self._act = GIVEN
        self._wanted = 0
        self._applied = 0.0
        self._in_force: ExitStack | None = None
        self._lifts: list[Lift] = []
        self._faults: list[str] = []
        """Ids of the faults injected in the act, without those of sabotages."""
        self._sabotaging: Sabotage[Stage] | None = None

    # -- set-up ----------------------------------------------------------------------------------------------------
    def apply(self, images: Mapping[str, str] = MappingProxyType({})) -> None:
        """Apply the scenario's manifest in its namespace, and wait until all its pods are Ready.

        :param images: images of addons, by their placeholder names in the manifest
        :raises BadInput: when the manifest has a mistake
        :raises Inconclusive: when an obstacle that does not pass by itself keeps pods from becoming Ready
        :raises PatienceExhausted: with the pods that are not Ready
        """
        manifests = read(self.manifest, self.run.cluster.agent_image, images)
        for sabotage in self.sabotages:
            manifests = sabotage.rewrite(manifests) if sabotage.rewrite else manifests
        for manifest in manifests:
            self.run.kube.apply(placed(manifest, self.namespace, self.run.id))
        self._wanted = sum(replicas(manifest, len(self.run.workers)) for manifest in manifests)
        left_out = wait_until_ready(self.run.kube, self.namespace, self._wanted).left_out
        if left_out:
            self.note("pods left out", list(left_out))
        self.irreducible += self.run.settings.measured("START")

    def ask(self, *probes: Probe) -> None:
        """Start probes on every node; they run until the scenario ends."""
        self.run.agents.ask(self.scenario, probes)

    def note(self, name: str, value: Any) -> None:
        """Write a fact to the journal that a check needs and that is recorded nowhere else."""
        self.facts[name] = value
        self.run.journal.write("fact", scenario=self.scenario, name=name, value=value)

    def see(self, table: str, **cells: Any) -> None:
        """Write observed cells of a table to the journal; the test states what is expected. Underscores become spaces."""
        named = {name.replace("_", " "): value for name, value in cells.items()}
        self.run.journal.write("seen", sync=True, scenario=self.scenario, act=self._act, table=table, cells=named)

    def run_in(self, pod: str, *argv: str, container: str = "") -> str:
        """Run a command in a container of one of the scenario's pods and return what it printed.

        :param pod: its name
        :param container: the pod's first one when left out
        :raises CommandFailed: when it fails
        """
        name = container or self.run.kube.get("Pod", pod, self.namespace)["spec"]["containers"][0]["name"]
        return self.run.kube.exec(self.namespace, pod, name, argv)

    def leave_out(self, act: str, why: str) -> None:
        """Record that an act is left out on this cluster, and why."""
        self.note(LEFT_OUT, {**self.facts.get(LEFT_OUT, {}), act: why})

    # -- looking ---------------------------------------------------------------------------------------------------
    def victim(self, app: str) -> str:
        """Return the act's victim: one of the Ready pods with the label ``app``, chosen by the run's seed."""
        names = [str(pod["metadata"]["name"]) for pod in self.pods(app)]
        self.victims[self._act] = self.choose(names, f"{self._act}: {app}")
        return self.victims[self._act]

    def choose(self, candidates: Sequence[str], rule: str) -> str:
        """Return one of the candidates, chosen by the run's seed and the rule."""
        return choose(candidates, f"{self.scenario}: {rule}", self.run.seed)[0]

    def all_ready(self, *, but: int = 0) -> bool:
        """Return whether every pod of the scenario is Ready, and as many exist as were applied, minus ``but`` lost ones."""
        pods = self.run.kube.list("Pod", self.namespace)["items"]
        return isinstance(readiness(pods, self._wanted - but), PodReadiness)

    # -- acting ----------------------------------------------------------------------------------------------------
    @contextmanager
    def inflict(self, fault: Fault, *, lasts: float = 300.0) -> Iterator[Inflicted]:
        """Inject a fault in the current act; a sabotage's fault is recorded under another act name."""
        act = f"sabotage: {self._act}" if self._sabotaging else self._act
        before = f"{'the end of' if fault.heals_itself else 'undoing'} {fault.name}"
        with inflict(
            fault,
            self.run.site,
            scenario=self.scenario,
            act=act,
            lasts=lasts,
            before_undo=partial(
                self._look, self._act, before, on_time=bool(self._sabotaging and self._sabotaging.lifted)
            ),
            once_applied=self._begin_lifts if act == self._act else lambda: None,
        ) as inflicted:
            if act == self._act:
                self._faults.append(inflicted.id)
                self._applied = inflicted.applied_at
                self.dead_nodes = [target.name for target in inflicted.targets if target.kind == WHOLE]
            yield inflicted

    def hold(self, length: Expression | float | None = None, *, since: float | None = None) -> None:
        """Keep recording until a bound has passed since the act's last fault.

        :param length: seconds, or an expression; when left out, the longest bound of the chosen cases on this act
        :param since: the moment to count from instead of the fault, in Unix seconds
        """
        if length is None:
            seconds = max((self._length(case) for case in self.cases if self._act in case.acts), default=0.0)
        else:
            seconds = length.at_most(self.settings).value if isinstance(length, Expression) else length
        self._hold((since or self._applied or time.time()) + seconds)

    def moment(self, name: str) -> None:
        """Name a moment of the current act, at which a sabotage may take effect."""
        self._sabotage(f"{self._act}:{name}")

    def wait(self, question: Callable[[], Any], patience: Patience, what: str) -> None:
        """Wait until a question returns a true value. When patience runs out, this is noted and the act goes on."""
        try:
            until(lambda: question() or NotYet("not yet"), patience, what=what, tolerate=(ClusterError, Unanswered))
        except PatienceExhausted as error:
            self.note(f"waited for {what}", str(error))

    # -- inside ----------------------------------------------------------------------------------------------------
    def _begin_lifts(self) -> None:
        """Start the countdown to the lifting of graded sabotages."""
        for lift in self._lifts:
            lift.begin()

    def _look(self, act: str, before: str, *, on_time: bool) -> None:
        """Collect evidence, unless that would delay something that must happen on time."""
        if not on_time:
            evidence.take(self.run, self.scenario, self.namespace, act, before)

    def _length(self, case: Case) -> float:
        """Return how long to hold an act for a case: slightly longer than its bound, so that the bound is seen to pass."""
        longest = case.watched or case.within
        bound: Bound | None = longest.at_most(self.settings) if longest else None
        return bound.value + TAIL if bound else 0.0

    def _hold(self, end: float) -> None:
        left = end - time.time()
        if left <= 0:
            return
        self.irreducible += left
        until(
            lambda: time.time() >= end or NotYet(f"{end - time.time():.1f} s left"),
            Patience(left + 60),
            what="a bound to pass",
        )

    def _sabotage(self, point: str) -> None:
        for sabotage in self.sabotages:
            if sabotage.breaks and point in sabotage.at:
                assert self._in_force is not None
                self._sabotaging = sabotage
                try:
                    breaks = sabotage.breaks(self)
                    if sabotage.lifted:
                        self._lifts.append(breaks := Lift(breaks, sabotage.lifted))
                    self._in_force.enter_context(breaks)
                finally:
                    self._sabotaging = None

    def _mark(self, phase: str, **more: float | list[str]) -> None:
        self.run.journal.write("act", sync=True, scenario=self.scenario, act=self._act, phase=phase, **more)
