"""The stage: what a story can say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from kubeskeptic.bounds import Bound, Settings
from kubeskeptic.checks.objects import is_ready, node_of, restarts
from kubeskeptic.durations import BASELINE, CLOCK_DOUBT, PODS_READY, SETTLE, TAIL, Patience
from kubeskeptic.errors import ClusterError, Inconclusive, PatienceExhausted, Unanswered
from kubeskeptic.faults import Fault, Inflicted, choose, inflict
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.paths import checkout
from kubeskeptic.probes.specs import Probe
from kubeskeptic.runs import Run, evidence
from kubeskeptic.scenarios.declaration import Scenario
from kubeskeptic.scenarios.manifests import placed, read, replicas
from kubeskeptic.timeline.recording import LEFT_OUT
from kubeskeptic.waiting import NotYet, until

Pod = dict[str, Any]
UNREACHABLE = "node.kubernetes.io/unreachable"
"""The taint of a node whose kubelet is not heard of."""


class Stage:
    """One scenario being performed on one cluster. Made by :func:`~kubeskeptic.scenarios.performing.perform`."""

    def __init__(self, run: Run, scenario: Scenario, namespace: str) -> None:
        self.run = run
        self.scenario = scenario
        self.namespace = namespace
        self.irreducible = 0.0
        """Seconds that the settings make unavoidable: settled baselines, bounds that have to pass, tails."""
        self.facts: dict[str, Any] = {}
        self._act = ""
        self._wanted = 0
        self._in_force: ExitStack | None = None

    @property
    def settings(self) -> Settings:
        """The cluster's settings, for bounds."""
        return self.run.settings

    # -- set-up ----------------------------------------------------------------------------------------------------
    def apply(self) -> None:
        """Apply the scenario's manifest in its namespace, and wait until every pod of it is Ready.

        :raises BadInput: when the manifest has a mistake
        :raises PatienceExhausted: with the pods that are not Ready
        """
        manifests = read(checkout() / "manifests" / f"{self.scenario.id}.yaml", self.run.cluster.agent_image)
        for sabotage in self.run.sabotages:
            if sabotage.rewrite and self.scenario.id in sabotage.scenarios:
                manifests = sabotage.rewrite(manifests)
        for manifest in manifests:
            self.run.kube.apply(placed(manifest, self.namespace, self.run.id))
        self._wanted = sum(replicas(manifest, len(self.run.workers)) for manifest in manifests)
        until(
            lambda: self._all_ready(self._wanted),
            PODS_READY,
            what=f"{self._wanted} pods of {self.scenario.id} to be Ready",
        )
        self.irreducible += self.settings["START"]

    def ask(self, *probes: Probe) -> None:
        """Start probes on every node; they go on until the scenario ends."""
        self.run.agents.ask(self.scenario.id, probes)

    def note(self, name: str, value: Any) -> None:
        """Keep a fact that a check will need, in the journal."""
        self.facts[name] = value
        self.run.journal.write("fact", scenario=self.scenario.id, name=name, value=value)

    def allows(self, act: str, needs: Risk) -> bool:
        """Whether this cluster permits an act; when not, it is left out, and what reads it is skipped with the reason."""
        if needs <= self.run.allowed:
            return True
        self.leave_out(act, above(f"the act “{act}” of {self.scenario.id}", needs, self.run.allowed))
        return False

    def leave_out(self, act: str, why: str) -> None:
        """Write down that an act is left out on this cluster."""
        self.note(LEFT_OUT, {**self.facts.get(LEFT_OUT, {}), act: why})

    # -- looking ---------------------------------------------------------------------------------------------------
    def pods(self, app: str) -> list[Pod]:
        """The Ready pods with the label ``app``, by name."""
        listed = self.run.kube.list("Pod", self.namespace, labels=f"app={app}")["items"]
        return sorted((pod for pod in listed if is_ready(pod)), key=lambda pod: str(pod["metadata"]["name"]))

    def homes(self, app: str) -> dict[str, str]:
        """The node of each Ready pod with the label ``app``, by the pod's name."""
        return {str(pod["metadata"]["name"]): node_of(pod) for pod in self.pods(app)}

    def service(self, name: str) -> dict[str, Any]:
        """The Service of this name."""
        return dict(self.run.kube.get("Service", name, self.namespace)["spec"])

    def eviction_delay(self, app: str) -> float:
        """EVICT: for how many seconds the pods with the label ``app`` tolerate a node that is unreachable, read from one.

        :raises Inconclusive: when they tolerate it for ever
        """
        tolerated = self.pods(app)[0]["spec"].get("tolerations", ())
        for one in tolerated:
            if one.get("key") == UNREACHABLE and "tolerationSeconds" in one:
                return float(one["tolerationSeconds"])
        raise Inconclusive(f"the pods of {app} are never evicted from a node that is unreachable")

    def victim(self, app: str, fact: str) -> str:
        """One of the Ready pods with the label ``app``, by the run's seed; noted as a fact."""
        chosen = self.choose(list(self.homes(app)), fact)
        self.note(fact, chosen)
        return chosen

    def choose(self, candidates: list[str], rule: str) -> str:
        """One of the candidates, by the run's seed; another rule chooses another."""
        return choose(candidates, f"{self.scenario.id}: {rule}", self.run.seed)[0]

    def dns_server(self) -> str:
        """The address that pods ask for names: the ClusterIP of kube-dns."""
        return str(self.run.kube.get("Service", "kube-dns", "kube-system")["spec"]["clusterIP"])

    def full_name(self, service: str) -> str:
        """The full DNS name of one of the scenario's services."""
        return f"{service}.{self.namespace}.svc.cluster.local."

    def all_ready(self, *, but: int = 0) -> bool:
        """Whether every pod of the scenario is Ready, and as many are there as were applied, but for some that are lost."""
        return self._all_ready(self._wanted - but) is True

    def running_again(self, pod: str) -> bool:
        """Whether a pod's containers have been restarted and it is Ready."""
        now = self.run.kube.get("Pod", pod, self.namespace)
        return is_ready(now) and restarts(now) > 0

    # -- acting ----------------------------------------------------------------------------------------------------
    @contextmanager
    def act(self, name: str, *, probed: bool = True) -> Iterator[None]:
        """One part of the story: a settled baseline, then the block, then a tail.

        :param probed: False for an act whose claims read API changes only
        An act that is broken off has no end: nothing may be concluded from what did not come any more.

        :raises Inconclusive: when the baseline does not settle, or this machine's clock was stepped
        """
        self._act = name
        self._mark("baseline", at=self._settled() if probed else time.time())
        self._mark("start")
        with ExitStack() as self._in_force:
            self._sabotage(name)
            clock = time.time() - time.monotonic()
            yield
            self.hold(TAIL)
            stepped = time.time() - time.monotonic() - clock
            if abs(stepped) > CLOCK_DOUBT:
                raise Inconclusive(f"the clock of this machine was stepped by {stepped:.1f} s during “{name}”")
            self._mark("end")

    @contextmanager
    def inflict(self, fault: Fault, *, lasts: float = 300.0) -> Iterator[Inflicted]:
        """A fault, in the current act."""
        with inflict(
            fault,
            self.run.site,
            scenario=self.scenario.id,
            act=self._act,
            lasts=lasts,
            before_undo=lambda: self.take_evidence(f"{'the end of' if fault.heals_itself else 'undoing'} {fault.name}"),
        ) as inflicted:
            yield inflicted

    def take_evidence(self, before: str) -> None:
        """Take logs, events and states of the scenario as they are now. See :mod:`~kubeskeptic.runs.evidence`."""
        evidence.take(self.run, self.scenario.id, self.namespace, self._act, before)

    def hold(self, seconds: float | Bound, since: float | None = None) -> None:
        """Let the recording go on until a bound has passed, so that a check can see both sides of it.

        :param since: Unix time from which the seconds count; now when left out
        """
        length = seconds.value if isinstance(seconds, Bound) else seconds
        end = (since or time.time()) + length
        left = end - time.time()
        if left > 0:
            self.irreducible += left
            patience = Patience(left + 60)
            until(
                lambda: time.time() >= end or NotYet(f"{end - time.time():.1f} s left"),
                patience,
                what="a bound to pass",
            )

    def moment(self, name: str) -> None:
        """A named moment of the current act, at which a sabotage may come into force."""
        self._sabotage(f"{self._act}:{name}")

    def wait(self, question: Callable[[], Any], patience: Patience, what: str) -> None:
        """Wait for something to be true; when it never is, the story goes on: the checks will say what they saw."""
        try:
            silent = (ClusterError, Unanswered)
            until(lambda: question() or NotYet("not yet"), patience, what=what, tolerate=silent)
        except PatienceExhausted as error:
            self.note(f"waited for {what}", str(error))

    # -- inside ----------------------------------------------------------------------------------------------------
    def _settled(self) -> float:
        """Wait for a stretch without a failure on any lane; since when it has lasted."""

        def settled() -> bool | NotYet:
            troubled = self.run.agents.unsettled(self.scenario.id, self.run.nodes, SETTLE)
            return NotYet(f"not calm: {', '.join(troubled)}") if troubled else True

        try:
            until(settled, BASELINE, what=f"a settled baseline of “{self._act}”")
        except PatienceExhausted as error:
            raise Inconclusive(str(error)) from error
        self.irreducible += SETTLE
        return time.time() - SETTLE

    def _sabotage(self, point: str) -> None:
        for sabotage in self.run.sabotages:
            if sabotage.breaks and point in sabotage.at and self.scenario.id in sabotage.scenarios:
                if self._in_force is None:
                    raise Inconclusive(f"{sabotage.id} comes into force at {point}, outside of any act")
                self._in_force.enter_context(sabotage.breaks(self))

    def _mark(self, phase: str, **more: float) -> None:
        self.run.journal.write("act", sync=True, scenario=self.scenario.id, act=self._act, phase=phase, **more)

    def _all_ready(self, wanted: int) -> bool | NotYet:
        pods = self.run.kube.list("Pod", self.namespace)["items"]
        unready = [pod["metadata"]["name"] for pod in pods if not is_ready(pod)]
        if len(pods) >= wanted and not unready:
            return True
        return NotYet(f"{len(pods)} of {wanted} pods are there; not Ready: {', '.join(unready) or 'none'}")
