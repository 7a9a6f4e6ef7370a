"""kube-proxy's rules: the same on every node, balanced over endpoints, following a pod that moves, and outliving kube-proxy.

Given the services `web` (three pods), `single` (one pod, which moves to another node) and `switch` (one pod, then another one
when its selector changes), asked over new connections from every node.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from kubeskeptic import checks
from kubeskeptic.bounds import PROGRAMMING_LAG, START
from kubeskeptic.checks.restarts import STARTED, TABLE
from kubeskeptic.faults.components.change_service_rule import ChangeServiceRule
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.components.kube_proxy import service_rules, started
from kubeskeptic.faults.components.stop_kube_proxy import StopKubeProxy
from kubeskeptic.faults.nodes.cordon_node import CordonNode
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import http_new
from kubeskeptic.sabotages import breakages, rewrites
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.timeline import Act

proxy = Scenario(
    "kube_proxy/rules",
    "Endpoints change while kube-proxy follows, and while it is stopped on one node.",
)
SPREAD = 12.0
"""Seconds during which connections to each endpoint are counted."""
BEFORE = 2.0
"""Seconds between stopping kube-proxy and the change that it misses."""


@proxy.given
def three_services(stage: Stage) -> None:
    """Three services are asked from every node."""
    stage.apply()
    address = {name: stage.service(name)["clusterIP"] for name in ("web", "single", "switch")}
    stage.ask(
        http_new("web", address["web"], 80, rate=50),
        http_new("single", address["single"], 80, rate=25),
        http_new("node-port", "$NODE", stage.service("single")["ports"][0]["nodePort"], rate=20),
        http_new("switch", address["switch"], 80, rate=25),
    )


@proxy.act("quiet", needs=Risk.NODE)
def nothing_changes(stage: Stage) -> None:
    """Nothing changes, and the service rules of every node are read."""
    stage.hold(SPREAD)
    stage.see("rules", **{node: sorted(service_rules(stage.run.site, node)) for node in stage.run.nodes})


@proxy.act("move", needs=Risk.NODE)
def the_single_pod_moves(stage: Stage) -> None:
    """The node of the single pod is cordoned, and the pod deleted: its replacement runs on another node."""
    cordon, delete = CordonNode(stage.node_of("single")), DeletePod(stage.namespace, stage.victim("single"))
    with stage.inflict(cordon), stage.inflict(delete):
        stage.hold()


@proxy.act("stopped", needs=Risk.CONTROL_PLANE)
def kube_proxy_is_stopped(stage: Stage) -> None:
    """kube-proxy is stopped on one node, the endpoints of a service change, and kube-proxy is started again."""
    lag = PROGRAMMING_LAG.at_most(stage.settings).value
    node = breakages.some_worker(stage)
    with stage.inflict(StopKubeProxy(node), lasts=600) as stopped:
        stage.moment("stopped")
        stage.hold(time.time() - stopped.applied_at + BEFORE)
        stage.run.kube.patch("Service", "switch", stage.namespace, {"spec": {"selector": {"app": "after"}}})
        stage.hold(time.time() - stopped.applied_at + BEFORE + lag)
    again = started(stage.run.site, node)
    stage.see(TABLE, **{STARTED: again})
    stage.hold(since=again[1])


@claim("proxy.same-rules", act="quiet")
def test_every_node_has_the_same_rules(act: Act, holds: Holds) -> None:
    holds(checks.same_rules(act, "rules", "web"))


@claim("proxy.balances", act="quiet")
def test_every_node_spreads_connections_over_all_endpoints(act: Act, holds: Holds) -> None:
    holds(checks.balances(act, "web"))


@claim("proxy.follows-move", act="move", of="single", within=START + PROGRAMMING_LAG)
def test_every_node_follows_the_pod(act: Act, holds: Holds) -> None:
    holds(checks.follows_move(act, "single"))


@claim(
    "proxy.outlives-kube-proxy",
    case="services go on",
    act="stopped",
    watched=PROGRAMMING_LAG,
    broken_by=("rule-removed", "rules-flushed"),
)
def test_services_go_on_without_kube_proxy(act: Act, holds: Holds) -> None:
    holds(checks.never_fails(act, "web"))


@claim(
    "proxy.outlives-kube-proxy", case="a change is missed", act="stopped", broken_by=("kube-proxy-frozen-elsewhere",)
)
def test_a_change_is_seen_everywhere_but_where_it_is_stopped(act: Act, holds: Holds) -> None:
    holds(checks.stays_as_programmed(act, "switch"))


@claim(
    "proxy.outlives-kube-proxy",
    case="started again",
    act="stopped",
    within=PROGRAMMING_LAG,
    broken_by=("nothing-to-switch-to",),
)
def test_a_missed_change_is_seen_once_it_is_started(act: Act, holds: Holds) -> None:
    holds(checks.catches_up(act, "switch"))


proxy.rewrite(rewrites.session_affinity)
proxy.rewrite(rewrites.nothing_to_switch_to)


@proxy.sabotage("quiet", "stopped:stopped")
def rule_removed(stage: Stage) -> AbstractContextManager[object]:
    """The rule that leads to the service `web` is removed on one worker."""
    return stage.inflict(_changed(stage, 0), lasts=breakages.LASTS)


@proxy.sabotage("quiet")
def endpoint_weighed(stage: Stage) -> AbstractContextManager[object]:
    """On one worker a single endpoint of the service `web` gets half of its connections."""
    return stage.inflict(_changed(stage, 50), lasts=breakages.LASTS)


@proxy.sabotage("move", graded=True)
def kube_proxy_frozen_on_a(stage: Stage) -> AbstractContextManager[object]:
    """kube-proxy of the node that the pod leaves is stopped with SIGSTOP and learns nothing new."""
    return stage.inflict(FreezeKubeProxy(stage.node_of("single")), lasts=breakages.LASTS)


@proxy.sabotage("stopped")
def kube_proxy_frozen_elsewhere(stage: Stage) -> AbstractContextManager[object]:
    """kube-proxy of another worker than the one where it is stopped is frozen."""
    return stage.inflict(FreezeKubeProxy(_another_worker(stage)), lasts=breakages.LASTS)


@proxy.sabotage("stopped:stopped")
def rules_flushed(stage: Stage) -> AbstractContextManager[object]:
    """The rules on another worker than the one where kube-proxy is stopped are flushed, and not put back."""
    return stage.inflict(FlushServiceRules(_another_worker(stage)), lasts=breakages.LASTS)


def _another_worker(stage: Stage) -> str:
    return next(node for node in stage.run.workers if node != breakages.some_worker(stage))


def _changed(stage: Stage, percent: int) -> ChangeServiceRule:
    return ChangeServiceRule(breakages.some_worker(stage), stage.service("web")["clusterIP"], 80, percent)
