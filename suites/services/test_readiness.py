"""A pod turns unready and ready again, another is deleted, a kubelet restarts, a container hangs: which pods get traffic, and
what does DNS answer?

Given three pods behind a service and a headless one, and a StatefulSet behind a headless service, all asked from every node,
and one pod with a liveness probe.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from itertools import chain

from kubeskeptic import checks
from kubeskeptic.bounds import CACHE, HANG, LEASE, PROGRAMMING_LAG, READY, START, UNREADY
from kubeskeptic.checks.names import DNS_ENDPOINTS
from kubeskeptic.durations import PODS_READY, REMEMBERED
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.faults.pods.hang_container import HangContainer
from kubeskeptic.faults.pods.make_unready import MakeUnready
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import dns_tcp, dns_udp, http_new
from kubeskeptic.sabotages import breakages, rewrites
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import node_of, ran_for

readiness = Scenario(
    "services/readiness",
    "Pods turn unready and ready again, come and go, and hang.",
    quick=("unready",),
)


@readiness.given
def pods_behind_services_with_and_without_an_address(stage: Stage) -> None:
    """The services are asked from every node, and DNS is queried for the names of the headless ones."""
    stage.apply()
    server, pods, db = stage.dns_server(), stage.full_name("web-pods"), stage.full_name("db")
    targets, servers = f"_http._tcp.{db}", stage.name_servers()
    of_each = {
        "name servers": [dns_udp(name, address, pods, rate=10) for name, address in servers.items()],
        "name servers, TCP": [dns_tcp(f"{name}-tcp", address, pods, rate=5) for name, address in servers.items()],
        "name servers, SRV": [
            dns_udp(f"{name}-srv", address, targets, qtype="SRV", rate=5) for name, address in servers.items()
        ],
    }
    web = stage.service("web")
    stage.ask(
        http_new("web", web["clusterIP"], 80, rate=50),
        http_new("node-port", "$NODE", web["ports"][0]["nodePort"], rate=20),
        dns_udp("pods-udp", server, pods, rate=20),
        dns_tcp("pods-tcp", server, pods, rate=10),
        dns_udp("srv", server, targets, qtype="SRV", rate=10),
        dns_tcp("srv-tcp", server, targets, qtype="SRV", rate=5),
        *chain(*of_each.values()),
    )
    stage.see(DNS_ENDPOINTS, **stage.name_server_endpoints())
    for table, probes in of_each.items():
        stage.see(table, **{probe.name: probe.host for probe in probes})


@readiness.act("unready")
def a_pod_of_each_turns_unready(stage: Stage) -> None:
    """A pod of each app reports that it is not ready, and later that it is."""
    web = MakeUnready(stage.namespace, stage.victim("web"), said=True)
    db = MakeUnready(stage.namespace, stage.victim("db"), said=True)
    with stage.inflict(web) as unready, stage.inflict(db):
        stage.hold(UNREADY + PROGRAMMING_LAG)
    stage.hold(READY + PROGRAMMING_LAG, since=unready.undone_at)


@readiness.act("deleted")
def a_pod_goes_and_another_comes(stage: Stage) -> None:
    """A pod is deleted and replaced."""
    with stage.inflict(DeletePod(stage.namespace, stage.victim("web"))) as deleted:
        pass
    stage.hold(CACHE, since=deleted.healed_at)


@readiness.act("kubelet", needs=Risk.NODE, settled=False)
def a_kubelet_restarts(stage: Stage) -> None:
    """The kubelet of a node whose pods have been running for a while is stopped and started again at once."""
    node = stage.node_of("web")
    stage.wait(
        lambda: all(
            ran_for(pod, time.time()) > REMEMBERED
            for app in ("web", "db")
            for pod in stage.pods(app)
            if node_of(pod) == node
        ),
        PODS_READY,
        f"pods on {node} that have run for {REMEMBERED:g} s",
    )
    with stage.inflict(StopKubelet(node)):
        pass
    stage.moment("back")
    stage.hold()


@readiness.act("hang", needs=Risk.NODE, settled=False)
def a_container_hangs(stage: Stage) -> None:
    """The process of a container is stopped with SIGSTOP."""
    with stage.inflict(HangContainer(stage.namespace, stage.victim("stuck"))):
        stage.hold()


@claim("service.follows-readiness", case="unready", act="unready", of="web", within=UNREADY + PROGRAMMING_LAG)
def test_every_node_follows_the_readiness_of_a_pod(act: Act, holds: Holds) -> None:
    holds(all_of([checks.stops_sending(act, "web"), checks.resumes_sending(act, "web", READY + PROGRAMMING_LAG)]))


@claim(
    "service.follows-readiness", case="kubelet restarted", act="kubelet", within=LEASE + UNREADY + PROGRAMMING_LAG,
    broken_by=("pod-unready",), since="1.35",
)  # fmt: skip
def test_nothing_turns_unready_when_a_kubelet_restarts(act: Act, holds: Holds) -> None:
    holds(checks.stays_ready(act, "web", "db"))


@claim("headless.many-a", act=("unready", "deleted"), within=CACHE)
def test_a_headless_name_answers_the_ready_pods(act: Act, holds: Holds) -> None:
    holds(checks.addresses_follow(act, "web-pods", "pods-udp", "pods-tcp"))


@claim("headless.many-a", case="each name server", act=("unready", "deleted"), within=CACHE)
def test_every_name_server_answers_the_ready_pods(act: Act, holds: Holds) -> None:
    holds(checks.each_server_follows(act, "web-pods", "name servers", by="dns-udp"))


@claim("headless.many-a", case="each name server, TCP", act=("unready", "deleted"), within=CACHE)
def test_every_name_server_answers_the_ready_pods_over_tcp(act: Act, holds: Holds) -> None:
    holds(checks.each_server_follows(act, "web-pods", "name servers, TCP", by="dns-tcp"))


@claim("statefulset.srv", act="unready", within=CACHE)
def test_srv_records_name_the_ready_pods(act: Act, holds: Holds) -> None:
    holds(checks.targets_follow(act, "db", "srv", "srv-tcp"))


@claim("statefulset.srv", case="each name server", act="unready", within=CACHE)
def test_every_name_server_names_the_ready_pods(act: Act, holds: Holds) -> None:
    holds(checks.each_server_follows(act, "db", "name servers, SRV", checks.targets_follow, by="dns-udp"))


@claim("heal.hang", act="hang", within=HANG + START)
def test_a_container_that_hangs_is_restarted(act: Act, holds: Holds) -> None:
    holds(checks.restarted_in_place(act))


readiness.sabotage("unready", graded=True)(breakages.kube_proxy_frozen)
readiness.sabotage("unready")(breakages.endpointslice_controller_off)
readiness.sabotage("unready")(breakages.coredns_stale)
readiness.sabotage("unready")(breakages.one_coredns_stale)
readiness.rewrite(rewrites.readiness_probe_removed)
readiness.rewrite(rewrites.not_ready_published)
readiness.rewrite(rewrites.liveness_probe_removed)


@readiness.sabotage("kubelet:back")
def pod_unready(stage: Stage) -> AbstractContextManager[object]:
    """A pod on the node of the kubelet turns unready."""
    node = stage.node_of("web")
    pod = next(pod for pod in stage.pods("web") if node_of(pod) == node)
    return stage.inflict(MakeUnready(stage.namespace, str(pod["metadata"]["name"])))
