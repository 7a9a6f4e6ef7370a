"""NetworkPolicies by port, address block and direction, against a computed truth table; each node's time; open connections.

Given `server` with two ports and `other`, asked by `friend` (with the allowed label), `stranger`, and `foreigner` in another
namespace; and `everywhere`, a pod on every node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from kubeskeptic import checks, objects
from kubeskeptic.checks.presumed import Presumed
from kubeskeptic.durations import PODS_READY
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.faults.network.cut_pods import CutPods
from kubeskeptic.findings import all_of
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.in_pods import CUT, GOES_ON, kept_open
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.scenarios.policy_model import Party, allows
from kubeskeptic.scenarios.truth_table import BLOCKED, Client, Door, TruthTable, cell, elsewhere, replace, together
from kubeskeptic.timeline import Act

policies = Scenario("networking/policies", "NetworkPolicies by port, address block and way take each other's place.")
CLIENTS = ("friend", "stranger", "foreigner")
DOORS = {"server:8080": ("server", 8080), "server:8081": ("server", 8081), "other:8080": ("other", 8080)}
LABELS = {
    "friend": {"app": "friend", "access": "allowed"},
    **{one: {"app": one} for one in ("stranger", "server", "other", "everywhere")},
    "foreigner": {},
}
NOWHERE = {name: f"192.0.2.{number}" for number, name in enumerate(LABELS, 1)}
"""Made-up addresses: the truth table is the same whatever the addresses are."""
ON_EVERY_NODE = Presumed(
    pods={"stranger": {}}, on_each_node=("everywhere",), in_turn=("before, ", "denied, ", "let go, ")
)
"""What answers, and what asks, while a policy comes and goes."""
Steps = dict[str, list[dict[str, Any]]]


def parties(addresses: Mapping[str, str], namespace: str = "a", foreign: str = "b") -> dict[str, Party]:
    """Return the pods at the ends of connections, by name."""
    where = {"foreigner": foreign}
    return {name: Party(name, where.get(name, namespace), LABELS[name], ip) for name, ip in addresses.items()}


def steps(of: Mapping[str, Party]) -> Steps:
    """Return the policies of each step, which replace those of the step before."""
    labelled = {"podSelector": {"matchLabels": {"access": "allowed"}}}
    foreign = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": of["foreigner"].namespace}}}
    to_server = {"podSelector": {"matchLabels": {"app": "server"}}}
    first, second = ({"ports": [{"protocol": "TCP", "port": port}]} for port in (8080, 8081))
    said: dict[str, list[tuple[str, str, list[dict[str, Any]]]]] = {
        "open": [],
        "a port": [("Ingress", "server", [first])],
        "a port each": [("Ingress", "server", [{"from": [labelled]} | first, {"from": [foreign]} | second])],
        "a block": [("Ingress", "server", [{"from": [all_but(of["friend"])]}])],
        "out to a port": [("Egress", "friend", [{"to": [to_server]} | first])],
        "out to a block": [("Egress", "stranger", [{"to": [all_but(of["other"])]}])],
        "both ends": [("Egress", "stranger", [{"to": [to_server]}]), ("Ingress", "server", [{"from": [labelled]}])],
    }
    return {
        step: [policy(f"{step}-{way}".replace(" ", "-").lower(), of[app], way, rules) for way, app, rules in applied]
        for step, applied in said.items()
    }


def all_but(party: Party) -> dict[str, Any]:
    """Return the block of all addresses except that of a pod."""
    return {"ipBlock": {"cidr": "0.0.0.0/0", "except": [f"{party.address}/32"]}}


def policy(name: str, party: Party, way: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a NetworkPolicy for the pods with a party's labels."""
    spec = {"podSelector": {"matchLabels": {"app": party.labels["app"]}}, "policyTypes": [way], way.lower(): rules}
    meta = {"name": name, "namespace": party.namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": spec}


def truth(of: Mapping[str, Party]) -> dict[str, dict[str, bool]]:
    """Return, by step and cell, whether the client is let through."""
    return {
        step: {
            cell(client, door): allows(applied, of[client], of[pod], port)
            for client in CLIENTS
            for door, (pod, port) in DOORS.items()
        }
        for step, applied in steps(of).items()
    }


@policies.given
def servers_and_clients(stage: Stage) -> None:
    """Two servers, two clients and a pod on every node run in one namespace."""
    stage.apply()
    stage.wait(lambda: len(stage.pods("everywhere")) == len(stage.run.nodes), PODS_READY, "a pod on every node")


def enforced(stage: Stage) -> None:
    """Raise NotAsked unless a policy that denies everything to `other` blocks a client."""
    deny = [policy("control", parties(NOWHERE, stage.namespace)["other"], "Ingress", [])]
    table = TruthTable(stage, [Client("stranger", "stranger")], [Door.of("other", stage.pods("other")[0], 8080)])
    seen = table.step("control", replace(stage, [], deny), {cell("stranger", "other"): False})
    replace(stage, deny, [])
    if any(each.outcome == "ok" for each in seen.values()):
        raise NotAsked("this CNI does not enforce NetworkPolicy: a default deny changed nothing")


@policies.act("steps", settled=False)
def policies_take_each_others_place(stage: Stage) -> None:
    """Policies by port, by address block and by direction are applied, each replacing those before."""
    enforced(stage)
    pods = {app: stage.pods(app)[0] for app in ("friend", "stranger", "server", "other")}
    doors = [Door.of(name, pods[app], port) for name, (app, port) in DOORS.items()]
    with elsewhere(stage, "stranger", "foreigner") as foreigner:
        table = TruthTable(stage, [Client("friend", "friend"), Client("stranger", "stranger"), foreigner], doors)
        addresses = {name: objects.ip_of(pod) for name, pod in pods.items()} | {"foreigner": NOWHERE["foreigner"]}
        of = parties(addresses, stage.namespace, foreigner.namespace)
        before: list[dict[str, Any]] = []
        for step, wanted in truth(of).items():
            applied = steps(of)[step]
            since, before = replace(stage, before, applied), applied
            stage.moment(step)
            seen = table.step(step, since, wanted)
            stage.see("truth", **{f"{step}: {one}": each.outcome for one, each in seen.items()})
            stage.see("in force", **{step: together(seen.values())})
        replace(stage, before, [])


@policies.act("everywhere", settled=False)
def a_policy_comes_and_goes(stage: Stage) -> None:
    """A policy denies all ingress to a pod on every node and is deleted, while a client keeps connections to the pods open."""
    enforced(stage)
    doors = [Door.of(objects.node_of(pod), pod, 8080) for pod in stage.pods("everywhere")]
    table = TruthTable(stage, [Client("stranger", "stranger")], doors)
    deny = [policy("deny", parties(NOWHERE, stage.namespace)["everywhere"], "Ingress", [])]
    now: list[dict[str, Any]] = []
    with kept_open(stage, "stranger", doors) as kept:
        for phase, wanted in (("before", []), ("denied", deny), ("let go", [])):
            since, now = replace(stage, now, wanted), wanted
            stage.moment(phase)
            seen = table.step(phase, since, {cell("stranger", one.name): not wanted for one in doors})
            if phase == "before" and any(each.outcome != "ok" for each in seen.values()):
                raise Inconclusive("the pods were not reached before a policy was applied")
            still = kept.during(phase)
            told = {one.name: seen[cell("stranger", one.name)] for one in doors}
            stage.see("connections", **{f"{phase}, {node}, new": each.outcome for node, each in told.items()})
            stage.see("connections", **{f"{phase}, {node}, open": outcome for node, outcome in still.items()})
            if phase != "before":
                stage.see("each node", **{f"{phase}, {node}": each.window for node, each in told.items()})


@claim("net.firewall", case="ports, blocks and egress", act="steps", broken_by=("drop-rule", "policy-standing"))
def test_policies_agree_with_the_truth_table(act: Act, holds: Holds) -> None:
    computed = truth(parties(NOWHERE))
    table = {
        f"{step}: {one}": "ok" if passes else BLOCKED
        for step, cells in computed.items()
        for one, passes in cells.items()
    }
    apps: dict[str, dict[str, object]] = {"friend": {"access": "allowed"}, "stranger": {"access": None}}
    there = Presumed(pods={**apps, "server": {}, "other": {}}, in_turn=[f"{step}: " for step in computed])
    holds(all_of([checks.matches(act, "truth", table, there), checks.converges(act, "in force", computed)]))


@claim("net.firewall", case="each node", act="everywhere", broken_by=("policy-removed", "policy-left"))
def test_every_node_enforces_and_lets_go(act: Act, holds: Holds) -> None:
    table: dict[str, object] = {f"denied, {node}, new": BLOCKED for node in act.recording.nodes}
    table |= {f"let go, {node}, new": "ok" for node in act.recording.nodes}
    steps = [f"{phase}, {node}" for phase in ("denied", "let go") for node in act.recording.nodes]
    holds(all_of([checks.matches(act, "connections", table, ON_EVERY_NODE), checks.converges(act, "each node", steps)]))


@claim("net.firewall", case="open connections", act="everywhere", broken_by=("policy-removed", "policy-left"))
def test_a_policy_blocks_new_connections_whatever_becomes_of_open_ones(act: Act, holds: Holds) -> None:
    table: dict[str, object] = {}
    for node in act.recording.nodes:
        table |= {f"denied, {node}, open": (GOES_ON, CUT), f"denied, {node}, new": BLOCKED}
        table |= {f"before, {node}, open": GOES_ON, f"before, {node}, new": "ok", f"let go, {node}, new": "ok"}
    holds(checks.matches(act, "connections", table, ON_EVERY_NODE))


@policies.sabotage("everywhere:denied")
@contextmanager
def policy_removed(stage: Stage) -> Iterator[None]:
    """The policy is removed as soon as it was applied."""
    for one in stage.run.kube.list("NetworkPolicy", stage.namespace)["items"]:
        stage.run.kube.delete("NetworkPolicy", one["metadata"]["name"], stage.namespace)
    yield


@policies.sabotage("everywhere:let go")
@contextmanager
def policy_left(stage: Stage) -> Iterator[None]:
    """Another policy that denies everything is there when the first one goes."""
    left = policy("left", parties(NOWHERE, stage.namespace)["everywhere"], "Ingress", [])
    replace(stage, [], [left])
    yield


@policies.sabotage("steps:a port each")
def drop_rule(stage: Stage) -> AbstractContextManager[object]:
    """Packets between the client that is allowed and the server are dropped on its node."""
    return stage.inflict(CutPods(stage.namespace, "friend", "server"), lasts=breakages.LASTS)


@policies.rewrite
def policy_standing(manifests: list[Manifest]) -> list[Manifest]:
    """A policy that lets every client reach the server stands before those of the steps, and beside them."""
    standing = policy("standing", parties(NOWHERE)["server"], "Ingress", [{}])
    del standing["metadata"]["namespace"]
    return [*manifests, standing]
