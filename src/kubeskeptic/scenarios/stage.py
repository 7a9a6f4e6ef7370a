"""The stage: what the set-up and the acts of a scenario can do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import Any

from kubeskeptic.bounds import Bound, Expression
from kubeskeptic.claims.case import Case
from kubeskeptic.durations import BASELINE, CLOCK_DOUBT, SETTLE, TAIL, Patience
from kubeskeptic.errors import ClusterError, Inconclusive, PatienceExhausted, Unanswered
from kubeskeptic.faults import Fault, Inflicted, choose, inflict
from kubeskeptic.faults.targets import WHOLE
from kubeskeptic.guard.risk import above
from kubeskeptic.paths import shipped
from kubeskeptic.probes.specs import Probe
from kubeskeptic.runs import Run, evidence
from kubeskeptic.scenarios.declaration import GIVEN, ActPlan, Sabotage, Scenario
from kubeskeptic.scenarios.manifests import placed, read, replicas
from kubeskeptic.scenarios.namespace_view import NamespaceView
from kubeskeptic.scenarios.readiness import Readiness, readiness, wait_until_ready
from kubeskeptic.timeline.recording import LEFT_OUT
from kubeskeptic.waiting import NotYet, until


class Stage(NamespaceView):
    """One scenario being performed on one cluster. Made by :func:`~kubeskeptic.scenarios.performing.perform`.

    :param cases: the chosen cases: their bounds say how long each act is held
    """

    def __init__(self, run: Run, scenario: Scenario, namespace: str, cases: Sequence[Case]) -> None:
        super().__init__(run, namespace)
        self.scenario = scenario
        self.cases = tuple(cases)
        self.irreducible = 0.0
        """Seconds that the settings make unavoidable: settled baselines, bounds that have to pass, tails."""
        self.facts: dict[str, Any] = {}
        self.victims: dict[str, str] = {}
        """The pod that was chosen last in each act."""
        self.dead_nodes: list[str] = []
        """The nodes that the act's last fault took away as a whole."""
        self._act = GIVEN
        self._wanted = 0
        self._applied = 0.0
        self._in_force: ExitStack | None = None
        self._sabotaging = False

    @property
    def sabotages(self) -> list[Sabotage]:
        """The sabotages of this scenario that this run was asked to be broken by."""
        return [self.scenario.sabotages[id_] for id_ in self.run.sabotages if id_ in self.scenario.sabotages]

    # -- set-up ----------------------------------------------------------------------------------------------------
    def apply(self, images: Mapping[str, str] = MappingProxyType({})) -> None:
        """Apply the scenario's manifest in its namespace, and wait until every pod of it is Ready.

        :param images: of addons, by the names that stand for them in the manifest
        :raises BadInput: when the manifest has a mistake
        :raises Inconclusive: when something keeps pods from it that does not pass by itself
        :raises PatienceExhausted: with the pods that are not Ready
        """
        path = self.scenario.manifest or shipped() / "manifests" / f"{self.scenario.id}.yaml"
        manifests = read(path, self.run.cluster.agent_image, images)
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
        """Start probes on every node; they go on until the scenario ends."""
        self.run.agents.ask(self.scenario.id, probes)

    def note(self, name: str, value: Any) -> None:
        """Keep in the journal a fact that nothing else records and a check will need."""
        self.facts[name] = value
        self.run.journal.write("fact", scenario=self.scenario.id, name=name, value=value)

    def see(self, table: str, **cells: Any) -> None:
        """Keep in the journal what was seen, cell by cell: the suite says what is expected. Underscores stand for spaces."""
        named = {name.replace("_", " "): value for name, value in cells.items()}
        self.run.journal.write("seen", sync=True, scenario=self.scenario.id, act=self._act, table=table, cells=named)

    def run_in(self, pod: str, *argv: str, container: str = "") -> str:
        """Run a command in a container of one of the scenario's pods and return what it printed.

        :param pod: its name
        :param container: the pod's first one when left out
        :raises CommandFailed: when it fails
        """
        name = container or self.run.kube.get("Pod", pod, self.namespace)["spec"]["containers"][0]["name"]
        return self.run.kube.exec(self.namespace, pod, name, argv)

    def leave_out(self, act: str, why: str) -> None:
        """Write down that an act is left out on this cluster."""
        self.note(LEFT_OUT, {**self.facts.get(LEFT_OUT, {}), act: why})

    # -- looking ---------------------------------------------------------------------------------------------------
    def victim(self, app: str) -> str:
        """Return one of the Ready pods with the label ``app``, by the run's seed: the victim of the act."""
        names = [str(pod["metadata"]["name"]) for pod in self.pods(app)]
        self.victims[self._act] = self.choose(names, f"{self._act}: {app}")
        return self.victims[self._act]

    def choose(self, candidates: Sequence[str], rule: str) -> str:
        """Return one of the candidates, by the run's seed; another rule chooses another."""
        return choose(candidates, f"{self.scenario.id}: {rule}", self.run.seed)[0]

    def all_ready(self, *, but: int = 0) -> bool:
        """Return whether every pod of the scenario is Ready, and as many are there as were applied, less those lost."""
        pods = self.run.kube.list("Pod", self.namespace)["items"]
        return isinstance(readiness(pods, self._wanted - but), Readiness)

    # -- acting ----------------------------------------------------------------------------------------------------
    def play(self, act: ActPlan) -> None:
        """Play one act: a settled baseline, what happens, a tail; or leave it out, where the cluster does not allow it.

        An act that is broken off has no end: nothing may be concluded from what did not come any more.

        :raises Inconclusive: when the baseline does not settle, or this machine's clock was stepped
        """
        if act.needs > self.run.allowed:
            about = f"the act “{act.name}” of {self.scenario.id}"
            self.leave_out(act.name, above(about, act.needs, self.run.allowed))
        if act.name in self.facts.get(
            LEFT_OUT, {}
        ):  # by this, or by an earlier step that saw that it cannot be asked here
            return
        self._act, self._applied = act.name, 0.0
        if act.asking:
            self.ask(*act.asking(self))
        self._mark("baseline", at=self._settled() if act.settled else time.time())
        self._mark("start")
        with ExitStack() as self._in_force:
            self._sabotage(act.name)
            clock = time.time() - time.monotonic()
            act.play(self)
            self._hold(time.time() + TAIL)
            stepped = time.time() - time.monotonic() - clock
            if abs(stepped) > CLOCK_DOUBT:
                raise Inconclusive(f"the clock of this machine was stepped by {stepped:.1f} s during “{act.name}”")
            self._mark("end")

    def play_setup(self) -> None:
        """Play the set-up, recorded as an act of its own."""
        self._mark("baseline", at=time.time())
        self._mark("start")
        if self.scenario.setup:
            self.scenario.setup(self)
        self._mark("end")

    @contextmanager
    def inflict(self, fault: Fault, *, lasts: float = 300.0) -> Iterator[Inflicted]:
        """Inject a fault in the current act; a fault of a sabotage is recorded under another name."""
        act = f"sabotage: {self._act}" if self._sabotaging else self._act
        before = f"{'the end of' if fault.heals_itself else 'undoing'} {fault.name}"
        with inflict(
            fault,
            self.run.site,
            scenario=self.scenario.id,
            act=act,
            lasts=lasts,
            before_undo=lambda: evidence.take(self.run, self.scenario.id, self.namespace, self._act, before),
        ) as inflicted:
            if act == self._act:
                self._applied = inflicted.applied_at
                self.dead_nodes = [target.name for target in inflicted.targets if target.kind == WHOLE]
            yield inflicted

    def hold(self, length: Expression | float | None = None, *, since: float | None = None) -> None:
        """Let the recording go on until a bound has passed since the act's last fault, so that both sides of it are seen.

        :param length: seconds, or an expression; when left out, the longest bound of the chosen cases on this act
        :param since: counted from this moment and not from the fault, Unix seconds
        """
        if length is None:
            seconds = max((self._length(case) for case in self.cases if self._act in case.acts), default=0.0)
        else:
            seconds = length.at_most(self.settings).value if isinstance(length, Expression) else length
        self._hold((since or self._applied or time.time()) + seconds)

    def moment(self, name: str) -> None:
        """Name a moment of the current act, at which a sabotage may come into force."""
        self._sabotage(f"{self._act}:{name}")

    def wait(self, question: Callable[[], Any], patience: Patience, what: str) -> None:
        """Wait for something to be true; when it never is, the act goes on: the checks say what was seen."""
        try:
            until(lambda: question() or NotYet("not yet"), patience, what=what, tolerate=(ClusterError, Unanswered))
        except PatienceExhausted as error:
            self.note(f"waited for {what}", str(error))

    # -- inside ----------------------------------------------------------------------------------------------------
    def _length(self, case: Case) -> float:
        """How long an act has to be held for a case: a little longer than its bound, which has to be seen to have passed."""
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

    def _settled(self) -> float:
        """Wait for a stretch without a failure on any lane; since when it has lasted."""

        def settled() -> bool | NotYet:
            """Whether no lane had a failure for long enough."""
            troubled = self.run.agents.unsettled(self.scenario.id, self.run.nodes, SETTLE)
            return NotYet(f"not calm: {', '.join(troubled)}") if troubled else True

        try:
            until(settled, BASELINE, what=f"a settled baseline of “{self._act}”")
        except PatienceExhausted as error:
            raise Inconclusive(str(error)) from error
        self.irreducible += SETTLE
        return time.time() - SETTLE

    def _sabotage(self, point: str) -> None:
        for sabotage in self.sabotages:
            if sabotage.breaks and point in sabotage.at:
                assert self._in_force is not None
                self._sabotaging = True
                try:
                    self._in_force.enter_context(sabotage.breaks(self))
                finally:
                    self._sabotaging = False

    def _mark(self, phase: str, **more: float) -> None:
        self.run.journal.write("act", sync=True, scenario=self.scenario.id, act=self._act, phase=phase, **more)
