"""Which names do a cluster's services and pods have, from where do they resolve, and what do pods find in their environment?

Given a Deployment behind a service with an address and a headless one, a StatefulSet behind a headless service, and a pod that
looks names up.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from kubeskeptic import checks, objects
from kubeskeptic.bounds import CACHE, CACHE_DENIAL, START
from kubeskeptic.checks.names import DNS_ENDPOINTS
from kubeskeptic.checks.presumed import Presumed
from kubeskeptic.durations import CONTAINERS_BACK, Patience
from kubeskeptic.errors import Inconclusive
from kubeskeptic.faults.components.kube_proxy import service_rules
from kubeskeptic.faults.nodes.cordon_node import CordonNode
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import Probe, dns_tcp, dns_udp
from kubeskeptic.runs.own_objects import namespace
from kubeskeptic.sabotages import breakages, rewrites
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.lookups import Lookups
from kubeskeptic.scenarios.nodes import unused_address
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of

names = Scenario(
    "dns/names",
    "Names of services and pods are looked up, from pods of two namespaces and from every node.",
    quick=("rules", "records", "late"),
)

THERE = Presumed(pods={"web": {}, "client": {}}, services={"web": {}})
"""What answers, and what looks names up."""
IN_FORCE = Patience(10)
"""Time for kube-proxy to program a new service on every node."""
TOP_LEVEL = ("museum", "aero", "coop")
"""Top-level domains of the Internet; a namespace is named after one of them."""


@names.given
def services_and_a_pod_that_looks_names_up(stage: Stage) -> None:
    """Services of both kinds exist, and a pod that looks names up runs."""
    stage.apply()


@names.act("rules", needs=Risk.NODE, settled=False)
def rules_are_read(stage: Stage) -> None:
    """kube-proxy's rules are read on every node."""
    stage.wait(lambda: len(nodes_with_rules(stage, "web")) == len(stage.run.nodes), IN_FORCE, "the rules of web")
    for service in ("web", "web-pods"):
        named = nodes_with_rules(stage, service)
        nodes = {len(stage.run.nodes): "every node", 0: "no node"}.get(len(named), ", ".join(named))
        ip = str(stage.service(service).get("clusterIP") or "")
        stage.see(
            "rules", **{f"address of {service}": "None" if ip == "None" else "an address", f"{service} on": nodes}
        )


def nodes_with_rules(stage: Stage, service: str) -> list[str]:
    """Return the nodes whose kube-proxy has programmed rules for a service."""
    named = tuple(
        f"{stage.namespace}/{service}{end}" for end in ":/"
    )  # comments in iptables mode, chains in nftables mode
    rules = {node: service_rules(stage.run.site, node) for node in stage.run.nodes}
    return [node for node, each in rules.items() if any(name in rule for rule in each for name in named)]


@names.act("records", settled=False)
def records_of_a_pod_are_looked_up(stage: Stage) -> None:
    """Names of a Deployment's pod are looked up, and the name of an address that no pod has."""
    pod = stage.pods("web")[0]
    name, ip, look = pod["metadata"]["name"], ip_of(pod), Lookups(stage, "client")
    domain, unused = f"{stage.namespace}.{{}}.{stage.run.cluster_domain}.", unused_address(stage)
    found = {
        "its name, in svc": look.up(f"{name}.{domain.format('svc')}"),
        "its name, in pod": look.up(f"{name}.{domain.format('pod')}"),
        "its name, below the service": look.up(f"{name}.web.{domain.format('svc')}"),
        "its name, below the headless service": look.up(f"{name}.web-pods.{domain.format('svc')}"),
        "its address": look.up(f"{ip.replace('.', '-')}.{domain.format('pod')}"),
        "an address that no pod has": look.up(f"{unused.replace('.', '-')}.{domain.format('pod')}"),
    }
    meaning = {ip: "the pod", unused: "that address", "": "no answer"}
    stage.see("records", **{what: meaning.get(answer, answer) for what, answer in found.items()})


@names.act("scope", needs=Risk.NODE, settled=False)
def names_are_looked_up_across_namespaces(stage: Stage) -> None:
    """The same short name is looked up from two namespaces, and an Internet name while a namespace is named after its
    top-level domain.
    """
    look = Lookups(stage, "client")
    with ExitStack() as there:
        other = f"{stage.namespace[:57]}-other"
        there.enter_context(namespace(stage.run, other))
        theirs, backend = look.neighbour(other, "web")
        own, resolv = str(stage.service("web")["clusterIP"]), look.resolver()
        asked = {
            "web, from here": ("web", ""),
            "web, from there": ("web", other),
            "web.there, from here": (f"web.{other}", ""),
            "web.here, from there": (f"web.{stage.namespace}", other),
        }
        services = {own: "the service here", theirs: "the service there", "": "no answer"}
        found = {what: look.up(name, of=of) for what, (name, of) in asked.items()}
        stage.see("scope", **{what: services.get(answer, answer) for what, answer in found.items()}, **resolv)
        stage.wait(lambda: look.reach(theirs), IN_FORCE, "the service there to be answered")
        pods = {objects.identity(stage.pods("web")[0]): "the pod here", backend: "the pod there", "": "no pod"}
        reached = {what: look.reach(name, of=of) for what, (name, of) in asked.items()}
        stage.see("reached", **{what: pods.get(by, by) for what, by in reached.items()})
        _captured(stage, look, there)


def _captured(stage: Stage, look: Lookups, there: ExitStack) -> None:
    """Look up an Internet name while a namespace is named after its top-level domain.

    :raises Inconclusive: when the cluster already has a namespace of each of these names
    """
    taken = {str(one["metadata"]["name"]) for one in stage.run.kube.list("Namespace")["items"]}
    free = [domain for domain in TOP_LEVEL if domain not in taken]
    if not free:
        raise Inconclusive(f"this cluster has namespaces {', '.join(TOP_LEVEL)}, and no other name is tried")
    there.enter_context(namespace(stage.run, free[0]))
    captor, name = look.service(free[0], "art"), f"art.{free[0]}"
    found = {"with a dot at its end": look.up(f"{name}."), "without": look.up(name)}
    meaning = {captor: "the service there"}
    stage.see(
        "captured", **{what: meaning.get(answer, "what is outside, or no answer") for what, answer in found.items()}
    )


@names.act("late", settled=False)
def a_service_is_made_after_a_pod(stage: Stage) -> None:
    """A service is created, and a second pod after it."""
    look, before = Lookups(stage, "client"), stage.pods("client")[0]["metadata"]["name"]
    late = look.service(stage.namespace, "late")
    stage.run.kube.patch("Deployment", "client", stage.namespace, {"spec": {"replicas": 2}})
    stage.wait(lambda: len(stage.pods("client")) == 2, CONTAINERS_BACK, "a second pod of client")
    for pod in stage.pods("client"):
        which = "before" if pod["metadata"]["name"] == before else "after"
        variables = {line for line in stage.run_in(pod["metadata"]["name"], "env").splitlines() if "LATE_" in line}
        told = f"LATE_SERVICE_HOST={late}" in variables and "LATE_SERVICE_PORT=80" in variables
        found = look.up("late", of=pod["metadata"]["name"])
        stage.see("late", **{f"variables, {which}": told, f"DNS, {which}": found == late})


def name_of_a_pod(stage: Stage) -> Iterable[Probe]:
    """Every node queries the name of the StatefulSet's pod, also at each name server's own address."""
    name = f"db-0.{stage.full_name('db')}"
    yield dns_udp("db-0", stage.dns_server(), name, rate=20)
    for server, address in stage.name_servers().items():
        yield from (dns_udp(server, address, name, rate=10), dns_tcp(f"{server}-tcp", address, name, rate=10))


@names.act("move", needs=Risk.NODE, asking=name_of_a_pod)
def a_pod_moves(stage: Stage) -> None:
    """The StatefulSet's pod is deleted while its node is cordoned."""
    stage.see("name servers", **{probe.name: probe.host for probe in name_of_a_pod(stage) if probe.name != "db-0"})
    stage.see(DNS_ENDPOINTS, **stage.name_server_endpoints())
    before, victim = stage.node_of("db"), stage.victim("db")
    with stage.inflict(CordonNode(before)):
        stage.moment("cordoned")
        with stage.inflict(DeletePod(stage.namespace, victim)):
            stage.wait(
                lambda: any(is_ready(pod) and node_of(pod) != before for pod in stage.pods("db")),
                CONTAINERS_BACK,
                "the pod on another node",
            )
    stage.hold(CACHE + CACHE_DENIAL, since=time.time())


@claim("headless.no-ip", act="rules", broken_by=("cluster-ip-set",))
def test_a_headless_service_has_no_address_and_no_rules(act: Act, holds: Holds) -> None:
    addresses = {"address of web-pods": "None", "web-pods on": "no node"}
    there = Presumed(services={"web": {}, "web-pods": {"clusterIP": "None"}})
    holds(checks.matches(act, "rules", {"address of web": "an address", "web on": "every node", **addresses}, there))


@claim("pod.own-record", act="records")
def test_a_deployments_pod_has_a_record_of_its_address_only(act: Act, holds: Holds) -> None:
    below = ("its name, below the service", "its name, below the headless service")
    none = dict.fromkeys(("its name, in svc", "its name, in pod", *below), "no answer")
    addresses = {"its address": "the pod", "an address that no pod has": "that address"}
    holds(checks.matches(act, "records", {**none, **addresses}, THERE))


@claim("namespace.scope", case="names", act="scope")
def test_a_short_name_is_one_of_its_own_namespace(act: Act, holds: Holds) -> None:
    here = {"web, from here": "the service here", "web.here, from there": "the service here"}
    there = {"web, from there": "the service there", "web.there, from here": "the service there"}
    search = {"search": "NAMESPACE.svc.DOMAIN svc.DOMAIN DOMAIN", "added by the node": True, "ndots": "5"}
    holds(checks.matches(act, "scope", {**here, **there, **search}, THERE))


@claim("namespace.scope", case="answers", act="scope")
def test_a_short_name_reaches_the_pods_of_its_own_namespace(act: Act, holds: Holds) -> None:
    here = {"web, from here": "the pod here", "web.here, from there": "the pod here"}
    there = {"web, from there": "the pod there", "web.there, from here": "the pod there"}
    holds(checks.matches(act, "reached", {**here, **there}, THERE))


@claim("namespace.scope", case="top-level domain", act="scope")
def test_a_namespace_captures_names_of_the_internet(act: Act, holds: Holds) -> None:
    found = {"without": "the service there", "with a dot at its end": "what is outside, or no answer"}
    holds(checks.matches(act, "captured", found, THERE))


@claim("service.env-order", act="late")
def test_a_pod_sees_services_that_were_there_before_it(act: Act, holds: Holds) -> None:
    cells = {"variables, before": False, "variables, after": True, "DNS, before": True, "DNS, after": True}
    holds(checks.matches(act, "late", cells, Presumed(pods={"client": {}}, between={"late": "client"})))


@claim("statefulset.name", act="move", within=CACHE)
def test_a_pods_name_follows_it(act: Act, holds: Holds) -> None:
    holds(checks.pod_name_follows(act, "db-0", "db-0"))


@claim("statefulset.name", case="each name server", act="move", within=CACHE)
def test_every_name_server_follows_a_pods_name(act: Act, holds: Holds) -> None:
    holds(checks.each_server_follows(act, "db-0", "name servers", checks.pod_name_follows))


@claim("statefulset.order", case="deletion", act="move", of="db", within=START, broken_by=("counted-from-one",))
def test_a_deleted_pod_is_replaced_under_its_name(act: Act, holds: Holds) -> None:
    holds(checks.replaced_under_its_name(act, "db"))


names.sabotage("move")(breakages.coredns_stale)


@names.sabotage("move:cordoned")
@contextmanager
def counted_from_one(stage: Stage) -> Iterator[None]:
    """The StatefulSet's pods are numbered from 1 on."""
    stage.run.kube.patch("StatefulSet", "db", stage.namespace, {"spec": {"ordinals": {"start": 1}}})
    yield


names.rewrite(rewrites.cluster_ip_set)
names.rewrite(rewrites.pods_with_names)
names.rewrite(rewrites.dns_policy_default)
names.rewrite(rewrites.service_links_off)
names.rewrite(rewrites.two_pods_of_a_name)
