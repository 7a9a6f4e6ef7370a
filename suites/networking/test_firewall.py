"""NetworkPolicies, one after another: everything is denied, then a label is allowed, then a namespace.

Given `server` and its clients: `friend` (with the allowed label), `stranger`, and `foreigner` in another namespace.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager

from kubeskeptic import checks
from kubeskeptic.checks.presumed import Presumed
from kubeskeptic.errors import NotAsked
from kubeskeptic.faults.network.cut_pods import CutPods
from kubeskeptic.findings import all_of
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.manifests import placed
from kubeskeptic.scenarios.truth_table import BLOCKED, Cell, Client, Door, TruthTable, cell, elsewhere, together
from kubeskeptic.timeline import Act

firewall = Scenario("networking/firewall", "NetworkPolicies deny everything, then allow a label, then a namespace.")
CLIENTS = ("friend", "stranger", "foreigner")
LABEL = [{"podSelector": {"matchLabels": {"access": "allowed"}}}]


@firewall.given
def a_server_and_its_clients(stage: Stage) -> None:
    """A server and two clients run in one namespace."""
    stage.apply()


@firewall.act("policies", settled=False)
def policies_are_applied(stage: Stage) -> None:
    """Nothing is denied, then everything, then everything except a label, then everything except that and a namespace."""
    server = Door.of("server", stage.pods("server")[0], 8080)
    with elsewhere(stage, "stranger", "foreigner") as foreigner:
        table = TruthTable(stage, [Client("friend", "friend"), Client("stranger", "stranger"), foreigner], [server])
        step(table, "open", time.time(), CLIENTS)
        seen = step(table, "denied", apply(stage, policy("deny", [])), ())
        if all(one.outcome == "ok" for one in seen.values()):
            raise NotAsked("this CNI does not enforce NetworkPolicy: a default deny changed nothing")
        applied = apply(stage, policy("label", LABEL))
        stage.moment("allowed")
        step(table, "label allowed", applied, ("friend",))
        of_namespace = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": foreigner.namespace}}}
        applied = apply(stage, policy("namespace", [of_namespace]))
        step(table, "namespace allowed", applied, ("friend", "foreigner"))


def step(table: TruthTable, name: str, since: float, passes: Sequence[str]) -> Mapping[str, Cell]:
    """Wait until exactly these clients are let through, record the outcomes and the time it took, and return them by client."""
    cells = table.step(name, since, {cell(client, "server"): client in passes for client in CLIENTS})
    seen = {client: cells[cell(client, "server")] for client in CLIENTS}
    table.stage.see("firewall", **{f"{name}: {client}": one.outcome for client, one in seen.items()})
    if name != "open":
        table.stage.see("in force", **{name: together(seen.values())})
    return seen


def policy(name: str, allowed: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return a NetworkPolicy for ingress to the server.

    :param allowed: the allowed peers; everything is denied when empty
    """
    rules = [{"from": list(allowed)}] if allowed else []
    spec = {"podSelector": {"matchLabels": {"app": "server"}}, "policyTypes": ["Ingress"], "ingress": rules}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def apply(stage: Stage, manifest: dict[str, object]) -> float:
    """Apply a policy, and return the earliest time at which it may be in force: the moment before it was sent."""
    before = time.time()
    stage.run.kube.apply(placed(manifest, stage.namespace, stage.run.id))
    return before


@claim("net.firewall", act="policies")
def test_policies_let_through_whom_they_allow(act: Act, holds: Holds) -> None:
    table: dict[str, object] = {f"open: {one}": "ok" for one in CLIENTS}
    table |= {"denied: friend": BLOCKED, "denied: stranger": BLOCKED, "denied: foreigner": BLOCKED}
    table |= {"label allowed: friend": "ok", "label allowed: stranger": BLOCKED, "label allowed: foreigner": BLOCKED}
    table |= {
        "namespace allowed: friend": "ok",
        "namespace allowed: stranger": BLOCKED,
        "namespace allowed: foreigner": "ok",
    }
    in_force = checks.converges(act, "in force", ("denied", "label allowed", "namespace allowed"))
    clients: dict[str, dict[str, object]] = {"friend": {"access": "allowed"}, "stranger": {"access": None}}
    there = Presumed(pods=clients | {"server": {}}, in_turn=("open", "denied", "label allowed", "namespace allowed"))
    holds(all_of([checks.matches(act, "firewall", table, there), in_force]))


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
