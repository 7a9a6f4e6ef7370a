"""What is watched during an upgrade, and how it is recorded.

Every node probes a workload of the upgrade's own, the API server and DNS. The workload follows the documentation's advice for
surviving a drain (several pods, a PodDisruptionBudget, a preStop delay). Beside it runs a pod with a volume on one node, which
cannot survive one. The journal records each step like a fault: what was done, to which node, from when to when. A step cannot
be undone, so its record contains no way to undo it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from kubeskeptic.checks.availability import available
from kubeskeptic.claims import Claim, declare
from kubeskeptic.durations import PODS_READY, TAIL
from kubeskeptic.errors import ClusterError, Unanswered
from kubeskeptic.findings import Finding
from kubeskeptic.journal import Journal
from kubeskeptic.paths import shipped
from kubeskeptic.probes.specs import Probe, dns_udp, http_kept, http_new, tcp_connect
from kubeskeptic.recorder import Watch
from kubeskeptic.reports.disruption import STEP, UPGRADE
from kubeskeptic.runs import Run
from kubeskeptic.runs.marking import begin, let_pass, mark, recorded, scenario_told
from kubeskeptic.runs.own_objects import namespace
from kubeskeptic.scenarios.manifests import placed, read, replicas
from kubeskeptic.scenarios.namespace_view import NamespaceView
from kubeskeptic.scenarios.readiness import readiness, wait_until_ready
from kubeskeptic.timeline import Act, RunEvidence
from kubeskeptic.upgrading.state import UpgradeStep
from kubeskeptic.waiting import until

SCENARIO = "upgrade/in_place"
MANIFEST = "manifests/upgrades/in_place.yaml"
STATES = {
    "service": "A service of two pods with a budget answers new connections on every node.",
    "service-kept": "A service of two pods with a budget answers on kept connections on every node.",
    "node-port": "A NodePort answers on every node.",
    "service-name": "The name of a service resolves to its address on every node.",
    "headless-name": "The name of a headless service resolves on every node.",
    "volume": "A pod with a volume on one node answers on every node.",
    "api-server": "The API server accepts connections on every node.",
}
"""What is watched, by probe name."""


def probes(view: NamespaceView) -> list[Probe]:
    """Return the probes of the workload in a namespace, and of the cluster itself."""
    web, volume = view.service("web"), view.service("volume")
    api, dns = view.run.kube.get("Service", "kubernetes", "default")["spec"], view.dns_server()
    return [
        http_new("service", web["clusterIP"], 80, rate=50),
        http_kept("service-kept", web["clusterIP"], 80, rate=20),
        http_new("node-port", "$NODE", web["ports"][0]["nodePort"], rate=10),
        dns_udp("service-name", dns, view.full_name("web"), expect=[web["clusterIP"]], rate=10),
        dns_udp("headless-name", dns, view.full_name("web-pods"), rate=10),
        http_new("volume", volume["clusterIP"], 80, rate=10),
        tcp_connect("api-server", api["clusterIP"], api["ports"][0]["port"], rate=20),
    ]


class Observed:
    """A run that watches an upgrade.

    :param settled: waits until every pod of the workload is Ready
    """

    def __init__(self, run: Run, settled: Callable[[], None]) -> None:
        self.run = run
        self.settled = settled

    @contextmanager
    def step(self, step: UpgradeStep) -> Iterator[None]:
        """Record the start and the end of a step; a failed step has no end."""
        id_ = f"{step}, attempt {step.attempts}"
        told = {"scenario": SCENARIO, "act": UPGRADE, "id": id_, "fault": STEP}
        target = f"step/{step.node}"
        said = {"says": str(step), "targets": [target], "settings": {}, "undo": {}, "undoes": ""}
        self.run.journal.write("fault", sync=True, **told, phase="intent", **said)
        self.run.journal.write("fault", sync=True, **told, phase="applied")
        yield
        self.run.journal.write("fault", sync=True, **told, phase="done")


@contextmanager
def observed(run: Run) -> Iterator[Observed]:
    """Record everything while the block runs; when it is left, the last samples are in the journal.

    :raises Inconclusive: when a target does not answer at the beginning
    """
    name = f"skeptic-{run.id}-upgrade"
    says = "Kubernetes is upgraded in place."
    with scenario_told(run, SCENARIO, UPGRADE, says, name), namespace(run, name), ExitStack() as stack:
        stack.enter_context(recorded(run, SCENARIO, [Watch("Pod", name), Watch("Node", None)]))
        wanted = _apply(run, name)
        stack.callback(run.agents.stop, SCENARIO)
        run.agents.ask(SCENARIO, probes(NamespaceView(run, name)))
        begin(run, SCENARIO, UPGRADE)
        yield Observed(run, lambda: _ready(run, name, wanted))
        let_pass(TAIL)
        mark(run, SCENARIO, UPGRADE, "end")


def judge(evidence: RunEvidence, journal: Journal) -> dict[str, Finding]:
    """Judge what was watched, write the findings to the journal, and return them by probe. No claim is judged twice."""
    recording = evidence.scenarios.get(SCENARIO)
    judged = {str(one["claim"]) for one in evidence.findings}
    found: dict[str, Finding] = {}
    for probe in recording.specs if recording else ():
        claim = declare(Claim(f"upgrade.{probe}", states=STATES.get(probe, probe)))
        if recording is None or claim.id in judged:
            continue
        found[probe] = finding = available(Act(recording, [UPGRADE]), probe)
        journal.write(
            "finding", scenario=SCENARIO, **finding.as_record(), claim=claim.id, case="",
            declared={"states": claim.states, "broken_by": []},
        )  # fmt: skip
    return found


# -- inside ------------------------------------------------------------------------------------------------------------
def _apply(run: Run, name: str) -> int:
    """Apply the workload, wait until it is Ready, and return its number of pods."""
    manifests = read(shipped() / MANIFEST, run.cluster.agent_image)
    for manifest in manifests:
        run.kube.apply(placed(manifest, name, run.id))
    wanted = sum(replicas(manifest, len(run.workers)) for manifest in manifests)
    wait_until_ready(run.kube, name, wanted)
    return wanted


def _ready(run: Run, name: str, wanted: int) -> None:
    """Wait until the workload is Ready again; the pod with the volume needs its node for that."""
    until(
        lambda: readiness(run.kube.list("Pod", name)["items"], wanted), PODS_READY, what="what is watched to be Ready",
        tolerate=(ClusterError, Unanswered),
    )  # fmt: skip
