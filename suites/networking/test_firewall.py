"""NetworkPolicies, one after another: everything is denied, then a label is allowed, then a namespace.

Given `server`, and as its clients `friend` (with the label that is allowed), `stranger`, and `foreigner` in another namespace.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from kubeskeptic import checks, objects
from kubeskeptic.errors import NotAsked
from kubeskeptic.faults.network.cut_pods import CutPods
from kubeskeptic.findings import all_of
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.runs.namespaces import namespace
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.firewall import BLOCKED, Client, Firewall, policy
from kubeskeptic.scenarios.manifests import placed
from kubeskeptic.scenarios.readiness import wait_until_ready
from kubeskeptic.timeline import Act

firewall = Scenario("networking/firewall", "NetworkPolicies deny everything, then allow a label, then a namespace.")
SERVER = {"app": "server"}
LABEL = [{"podSelector": {"matchLabels": {"access": "allowed"}}}]


@firewall.given
def a_server_and_its_clients(stage: Stage) -> None:
    """A server and two clients run in one namespace."""
    stage.apply()


@contextmanager
def a_client_elsewhere(stage: Stage) -> Iterator[Client]:
    """Run a copy of `stranger` in a namespace of its own."""
    elsewhere = f"{stage.namespace}-b"
    (stranger,) = stage.pods("stranger")
    keep = ("terminationGracePeriodSeconds", "containers")
    spec = {key: value for key, value in stranger["spec"].items() if key in keep}
    for container in spec["containers"]:
        container.pop("volumeMounts", None)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "foreigner"}, "spec": spec}
    with namespace(stage.run, elsewhere):
        stage.run.kube.apply(placed(pod, elsewhere, stage.run.id))
        wait_until_ready(stage.run.kube, elsewhere, 1)
        yield Client("foreigner", "foreigner", elsewhere)


@firewall.act("policies", settled=False)
def policies_are_applied(stage: Stage) -> None:
    """Nothing is denied, then everything, then all but a label, then all but that and a namespace."""
    (server,) = stage.pods("server")
    asked = {"kind": "http-new", "host": objects.ip_of(server), "port": 8080, "expect": ["server"]}
    with a_client_elsewhere(stage) as foreigner:
        clients = [Client("friend", "friend"), Client("stranger", "stranger"), foreigner]
        wall = Firewall(stage, clients, asked)
        wall.control("open")
        seen = wall.step("denied", apply(stage, policy("deny", SERVER, [])), [])
        if set(seen.values()) == {"ok"}:
            raise NotAsked("this CNI does not enforce NetworkPolicy: a default deny changed nothing")
        applied = apply(stage, policy("label", SERVER, LABEL))
        stage.moment("allowed")
        wall.step("label allowed", applied, ["friend"])
        of_namespace = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": foreigner.namespace}}}
        wall.step(
            "namespace allowed",
            apply(stage, policy("namespace", SERVER, [of_namespace])),
            ["friend", "foreigner"],
        )


def apply(stage: Stage, manifest: dict[str, object]) -> float:
    """Apply a policy and return since when it may be in force: the moment before it was sent."""
    before = time.time()
    stage.run.kube.apply(placed(manifest, stage.namespace, stage.run.id))
    return before


@claim("net.firewall", act="policies")
def test_policies_let_through_whom_they_allow(act: Act, holds: Holds) -> None:
    table: dict[str, object] = {f"open: {one}": "ok" for one in ("friend", "stranger", "foreigner")}
    table |= {"denied: friend": BLOCKED, "denied: stranger": BLOCKED, "denied: foreigner": BLOCKED}
    table |= {"label allowed: friend": "ok", "label allowed: stranger": BLOCKED, "label allowed: foreigner": BLOCKED}
    table |= {
        "namespace allowed: friend": "ok",
        "namespace allowed: stranger": BLOCKED,
        "namespace allowed: foreigner": "ok",
    }
    holds(all_of([checks.matches(act, "firewall", table), checks.converges(act, "in force")]))


@firewall.sabotage("policies:allowed")
@contextmanager
def policy_removed(stage: Stage) -> Iterator[None]:
    """The policy that allows a label is removed as soon as it was applied."""
    stage.run.kube.delete("NetworkPolicy", "label", stage.namespace)
    yield


@firewall.sabotage("policies:allowed")
def drop_rule(stage: Stage) -> AbstractContextManager[object]:
    """Packets between the client that is allowed and the server are dropped on its node."""
    return stage.inflict(CutPods(stage.namespace, "friend", "server"), lasts=breakages.LASTS)
