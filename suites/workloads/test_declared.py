"""Requests, limits, replicas and templates of pods are declared and changed: what effect do they have?

Given a Deployment `web`, a ReplicaSet `fixed`, a Deployment `rolling`, and others that have no replicas until their act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import time
from typing import Any

from kubeskeptic import checks
from kubeskeptic.bounds import START, constant
from kubeskeptic.checks.limits import KERNEL
from kubeskeptic.durations import PODS_READY
from kubeskeptic.errors import ClusterError, NotFound
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.findings import all_of
from kubeskeptic.objects import is_ready, ran_for
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages import breakages, components, rewrites
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.declaration import WATCHED
from kubeskeptic.scenarios.nodes import free_cpu, kernel_log, requests_elsewhere
from kubeskeptic.timeline import Act

declared = Scenario(
    "workloads/declared", "Pods are declared that fit and that do not, scaled, and made from other templates.",
    watches=(*WATCHED, "Deployment", "ReplicaSet", "StatefulSet"), quick=("up",),)  # fmt: skip

FEW, MANY, ORDERED = 2, 6, 3
"""Replicas of `web` before and after it is scaled up, and replicas of the StatefulSet."""
OTHERS = "requests of other namespaces"
GRACE_PERIOD = constant("grace period", 1.0)  # terminationGracePeriodSeconds of its pods


@declared.given
def declarations_of_all_sorts(stage: Stage) -> None:
    """A ReplicaSet and two Deployments run with two pods each."""
    stage.apply()


@declared.act("requests", settled=False)
def pods_ask_for_what_there_is_and_what_there_is_not(stage: Stage) -> None:
    """A pod that fits, three that fit on no node, and one that takes more memory than its limit are declared."""
    stage.see(f"{OTHERS}, at first", **requests_elsewhere(stage))
    with scaled_up(stage, "fits", "too-much-cpu", "too-much-memory", "too-much-disk", "hungry"):
        stage.hold()
        stage.see(KERNEL, **kernel_log(stage, "hungry"))


@declared.act("up", settled=False)
def a_deployment_is_scaled_up(stage: Stage) -> None:
    """The Deployment is scaled up."""
    scale(stage, "web", MANY)
    stage.hold()


@declared.act("down", after="up", settled=False)
def a_deployment_is_scaled_down(stage: Stage) -> None:
    """The Deployment is scaled down again."""
    stage.wait(lambda: len(stage.pods("web")) == MANY, PODS_READY, "all pods to be Ready")
    scale(stage, "web", FEW)
    stage.hold()


@declared.act("full", settled=False)
def the_workers_are_filled(stage: Stage) -> None:
    """Every worker is filled with a pod of more than half its size, one more of this size waits, then one is removed."""
    stage.see(OTHERS, **requests_elsewhere(stage))
    free = free_cpu(stage).values()
    cores = 0.55 * max(free)
    places = sum(room >= cores for room in free)
    with scaled_up(stage, "large", "waiting", to=0):
        resize(stage, "large", cores)
        resize(stage, "waiting", cores)
        scale(stage, "large", places)
        stage.wait(lambda: len(stage.pods("large")) == places, PODS_READY, "a large pod on every worker")
        scale(stage, "waiting", 1)
        stage.hold()
        stage.moment("room")
        scale(stage, "large", places - 1)
        stage.hold()
    stage.see(f"{OTHERS}, at last", **requests_elsewhere(stage))


@declared.act("template", settled=False)
def templates_are_changed(stage: Stage) -> None:
    """The selector of the ReplicaSet is changed, then its template and that of the Deployment; then a pod is deleted."""
    try:
        stage.run.kube.get("ReplicaSet", "fixed", stage.namespace)
        kind = "ReplicaSet"
    except NotFound:  # a sabotage has put a Deployment in its place
        kind = "Deployment"
    selector = {"spec": {"selector": {"matchLabels": {"app": "fixed", "version": "1"}}}}  # which fits the template
    stage.see("changed selector", answer=answer(stage, kind, "fixed", selector))
    template = {"spec": {"template": {"metadata": {"labels": {"version": "2"}}}}}
    stage.see("changed template", answer=answer(stage, kind, "fixed", template))
    stage.run.kube.patch("Deployment", "rolling", stage.namespace, template)
    stage.hold()
    with stage.inflict(DeletePod(stage.namespace, stage.victim("fixed"))):
        ...


@declared.act("stuck", settled=False)
def a_broken_template_is_put_right(stage: Stage) -> None:
    """A StatefulSet gets a template whose pods never become Ready, then a correct one; the blocking pod is deleted."""
    scale(stage, "ordered", ORDERED, kind="StatefulSet")
    stage.wait(lambda: ready(stage, "1") == ORDERED, PODS_READY, "the StatefulSet's pods to be Ready")
    retemplate(stage, "2", probed=9)  # a port on which nothing listens
    # Longer than a watch may lag: it must show the broken pod before the correct template.
    stage.wait(lambda: any(ran_for(one, time()) > 1 for one in versions(stage, "2")), PODS_READY, "a broken pod to run")
    retemplate(stage, "3", probed=8080)
    stage.hold(START + START)
    with stage.inflict(DeletePod(stage.namespace, f"ordered-{ORDERED - 1}")):
        stage.wait(lambda: ready(stage, "3") == ORDERED, PODS_READY, "all pods to be Ready and of the right template")


def retemplate(stage: Stage, version: str, *, probed: int) -> None:
    """Change the template of the StatefulSet: its version, and the port of its readiness probe."""
    container = {"name": "server", "readinessProbe": {"httpGet": {"path": "/ready", "port": probed}}}
    template = {"metadata": {"labels": {"version": version}}, "spec": {"containers": [container]}}
    stage.run.kube.patch("StatefulSet", "ordered", stage.namespace, {"spec": {"template": template}}, how="strategic")


def versions(stage: Stage, version: str) -> list[dict[str, Any]]:
    """Return the StatefulSet's pods made from the template of this version."""
    return list(stage.run.kube.list("Pod", stage.namespace, labels=f"app=ordered,version={version}")["items"])


def ready(stage: Stage, version: str) -> int:
    """Return how many of the StatefulSet's pods made from the template of this version are Ready."""
    return sum(map(is_ready, versions(stage, version)))


def scale(stage: Stage, name: str, replicas: int, *, kind: str = "Deployment") -> None:
    """Set the number of replicas."""
    stage.run.kube.patch(kind, name, stage.namespace, {"spec": {"replicas": replicas}})


def resize(stage: Stage, name: str, cores: float) -> None:
    """Set the CPU request of a Deployment's pods."""
    container = {"name": "server", "resources": {"requests": {"cpu": f"{int(1000 * cores)}m"}}}
    patch = {"spec": {"template": {"spec": {"containers": [container]}}}}
    stage.run.kube.patch("Deployment", name, stage.namespace, patch, how="strategic")


@contextmanager
def scaled_up(stage: Stage, *names: str, to: int = 1) -> Iterator[None]:
    """Scale Deployments to this many replicas for the duration of the block, and to none after it."""
    for name in names:
        scale(stage, name, to)
    yield
    for name in names:
        scale(stage, name, 0)


def answer(stage: Stage, kind: str, name: str, patch: Mapping[str, object]) -> str:
    """Return the API server's answer to a change: ``accepted``, or why it is refused."""
    try:
        stage.run.kube.patch(kind, name, stage.namespace, patch)
    except ClusterError as refused:
        return "immutable" if refused.status == 422 and "immutable" in str(refused) else str(refused)
    return "accepted"


@claim("run.requirements", case="fits", act="requests", within=START, broken_by=("scheduler-stopped",))
def test_a_pod_that_fits_runs(act: Act, holds: Holds) -> None:
    holds(checks.runs_in_time(act, "fits", requesting=True))


@claim("run.requirements", case="cpu", act="requests", within=START, broken_by=("requests-removed",))
def test_a_pod_that_asks_for_too_much_cpu_waits(act: Act, holds: Holds) -> None:
    holds(checks.stays_pending(act, "too-much-cpu", "Insufficient cpu"))


@claim("run.requirements", case="memory", act="requests", within=START, broken_by=("requests-removed",))
def test_a_pod_that_asks_for_too_much_memory_waits(act: Act, holds: Holds) -> None:
    holds(checks.stays_pending(act, "too-much-memory", "Insufficient memory"))


@claim("run.requirements", case="disk", act="requests", within=START, broken_by=("requests-removed",))
def test_a_pod_that_asks_for_too_much_disk_waits(act: Act, holds: Holds) -> None:
    holds(checks.stays_pending(act, "too-much-disk", "Insufficient ephemeral-storage"))


@claim("run.requirements", case="limit passed", act="requests", within=START, broken_by=("memory-limit-removed",))
def test_a_container_that_takes_too_much_memory_is_killed_and_restarted(act: Act, holds: Holds) -> None:
    holds(checks.killed_for_memory(act, "hungry"))


@claim("run.scale", case="up", act="up", within=START, broken_by=("scheduler-stopped",))
def test_more_pods_are_ready_when_more_are_declared(act: Act, holds: Holds) -> None:
    holds(checks.scaled(act, "web", MANY))


@claim("run.scale", case="down", act="down", within=START, broken_by=("replicaset-controller-off",))
def test_fewer_pods_are_ready_when_fewer_are_declared(act: Act, holds: Holds) -> None:
    holds(checks.scaled(act, "web", FEW))


@claim("run.scale", case="in order", act="down", within=START, broken_by=("no-grace",))
def test_pods_that_are_scaled_away_end_in_order(act: Act, holds: Holds) -> None:
    holds(checks.ends_in_order(act, "web"))


@claim("run.bin-packing", case="room", act="full", within=START, broken_by=("scheduler-bypassed",))
def test_no_node_is_promised_to_more_than_fits(act: Act, holds: Holds) -> None:
    holds(checks.never_overbooked(act, OTHERS))


@claim("run.bin-packing", case="waits", act="full", within=START, broken_by=("scheduler-stopped",))
def test_a_pod_waits_until_there_is_room(act: Act, holds: Holds) -> None:
    waits = checks.stays_pending(act, "waiting", "Insufficient cpu", OTHERS)
    holds(all_of([waits, checks.runs_once_there_is_room(act, "waiting", "large")]))


@claim("run.bin-packing", case="small pods", act="up", within=START, broken_by=("pods-together",))
def test_small_pods_are_spread_and_not_packed(act: Act, holds: Holds) -> None:
    holds(checks.spreads(act, "web"))


@claim("replicaset.immutable", act="template", within=START)
def test_a_replicaset_keeps_its_selector_and_its_pods(act: Act, holds: Holds) -> None:
    selector = checks.matches(act, "changed selector", {"answer": "immutable"})
    template = checks.matches(act, "changed template", {"answer": "accepted"})
    holds(all_of([selector, template, checks.reaches_new_pods_only(act, "fixed", "version", "2")]))


@claim("deployment.vs-replicaset", act="template", within=2 * START)
def test_a_deployment_replaces_its_pods_and_a_replicaset_does_not(act: Act, holds: Holds) -> None:
    fixed, rolling = checks.reaches_new_pods_only, checks.reaches_all_pods
    holds(all_of([fixed(act, "fixed", "version", "2"), rolling(act, "rolling", "version", "2")]))


@claim("statefulset.order", case="blocked rollout", act="stuck", within=ORDERED * (START + GRACE_PERIOD),
       broken_by=("statefulset-parallel",))  # fmt: skip
def test_a_rollout_stays_blocked_by_a_pod_of_a_broken_template(act: Act, holds: Holds) -> None:
    holds(checks.blocked_until_deleted(act, "ordered", ORDERED, "version", "3"))


declared.sabotage("requests", "up", "full:room")(components.scheduler_stopped)
declared.sabotage("down")(breakages.replicaset_controller_off)
declared.sabotage("full")(components.scheduler_bypassed)
for rewrite in (
    rewrites.requests_removed, rewrites.memory_limit_removed, rewrites.no_grace, rewrites.pods_together,
    rewrites.replicaset_as_deployment, rewrites.rollout_held_up, rewrites.statefulset_parallel,
):  # fmt: skip
    declared.rewrite(rewrite)
