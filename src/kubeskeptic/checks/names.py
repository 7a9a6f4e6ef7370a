"""Do DNS answers follow the Ready pods?

The right answer over time is derived from the recorded pods. An answer that used to be right is *stale*, by the time for which
it has been wrong. An answer that was never right is stale since the last change of the pods.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.following import followed
from kubeskeptic.checks.staleness import Pod, RightAnswer, right_answers
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.endpoints import named
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of

DNS_ENDPOINTS = "endpoints of kube-dns"
"""The table of the addresses of the name servers as the EndpointSlices of their Service show them, by pod."""
_ONE_POD = Bound(1, "addresses", "a pod's name is one pod's")


@check
def addresses_follow(act: Act, service: str, *probes: str) -> Finding:
    """Check that a headless service's name resolves to the IPs of its Ready pods, within the case's bound of each change."""
    selector = _service(act, service, probes)["spec"].get("selector") or {}
    act.reading.doubts += _other_names(act, probes, service)
    pods = (one for one in act.changes("Pod") if _selected(one.object, selector))
    right = list(right_answers(pods, ip_of))
    act.reading.doubts += _other_queries(act, probes, _of_addresses(right))
    return followed(act, probes, right, lambda record: record)


@check
def each_server_follows(
    act: Act, name: str, servers: str, follows: Callable[..., Finding] = addresses_follow, *, by: str = ""
) -> Finding:
    """Check the same, or what another check of a name says, for each name server separately, queried at its own address.

    The verdict is *holds* only if each was queried over every protocol, and if these are the endpoints of kube-dns, where the
    scenario noted those (:data:`DNS_ENDPOINTS`).

    :param servers: the table of name servers that the scenario noted: the address, by the name of the probe that queries it
    :param by: the kind of probe that each is queried by; empty if several kinds query each
    :raises NotAsked: if the scenario is not allowed to list them
    :raises Inconclusive: if a probe queried another address
    """
    addresses = act.table(servers)
    probes = tuple(sorted(addresses))
    if not probes:
        raise NotAsked("no pod of CoreDNS could be listed, so none was queried at its own address")
    specs = {probe: act.recording.specs.get(probe, {}) for probe in probes}
    for probe, spec in specs.items():
        if spec.get("server") != addresses[probe]:
            raise Inconclusive(f"the probe “{probe}” did not query the name server at {addresses[probe]}")
    if len({(spec.get("kind"), spec["server"]) for spec in specs.values()}) < len(specs):
        raise Inconclusive(f"the table “{servers}” has one address for several name servers")
    act.reading.doubts += _left_out(act, specs.values())
    act.reading.doubts += (f"“{probe}” is no {by} probe" for probe in probes if by and specs[probe].get("kind") != by)
    return follows(act, name, *probes)


def _left_out(act: Act, specs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the protocols over which not every name server was queried, one sentence each."""
    queried: dict[str, set[str]] = defaultdict(set)
    for spec in specs:
        queried[str(spec.get("kind"))].add(str(spec["server"]))
    counted = DNS_ENDPOINTS in act.recording.tables
    noted = act.table(DNS_ENDPOINTS).values() if counted else ()
    if counted and not noted:
        yield "It is not known which name servers there are"
    every = {str(address) for address in noted} or set[str]().union(*queried.values())
    for kind, servers in sorted(queried.items()):
        if servers != every:
            told = ", ".join(sorted(servers))
            yield f"The name servers are {', '.join(sorted(every))}, and {told} were queried by {kind}"


@check
def targets_follow(act: Act, service: str, *probes: str) -> Finding:
    """Check that a headless service's SRV records have host and port of its Ready pods, within the case's bound of each change.

    The port is the port of the pods, not of the service (Kubernetes DNS specification, 2.4.2).
    """
    spec = _service(act, service, probes)["spec"]
    *port, domain = str(act.recording.specs.get(probes[0], {}).get("qname", "")).split(".", 2)
    target = next((one["targetPort"] for one in spec["ports"] if _labels(one) == port), None)
    if target is None:
        raise Inconclusive(f"the probe “{probes[0]}” queries no port of {service}")

    def of(pod: Pod) -> str:
        """Return the port and target of a pod's SRV record."""
        return f"{_port(pod, target)} {pod['spec'].get('hostname') or ip_of(pod).replace('.', '-')}.{domain}"

    act.reading.doubts += _other_queries(act, probes, "SRV")
    pods = (one for one in act.changes("Pod") if _selected(one.object, spec.get("selector") or {}))
    return followed(act, probes, list(right_answers(pods, of)), lambda record: record.split(" ", 2)[2])


@check
def pod_name_follows(act: Act, pod: str, *probes: str) -> Finding:
    """Check that a pod's own name resolves to the IP of the Ready pod of that name, within the case's bound of each change, and
    never to more than one address.

    The verdict is *holds* only if the pod was Ready on two nodes, one after the other.
    """
    homes = {node_of(change.object) for change in act.changes("Pod", pod) if is_ready(change.object)}
    right = list(right_answers(act.changes("Pod", pod), ip_of))
    act.reading.doubts += _other_names(act, probes, pod)
    act.reading.doubts += _other_queries(act, probes, _of_addresses(right))
    finding = followed(act, probes, right, lambda record: record, most=_ONE_POD)
    if len(homes) < 2 and finding.verdict == "holds":
        return finding.but(f"{pod} was Ready only on {', '.join(homes) or 'no node'}: it did not move")
    return finding


def _of_addresses(right: Iterable[RightAnswer]) -> str:
    """Return the type of the records that hold these addresses."""
    return "AAAA" if any(":" in address for one in right for address in one.records) else "A"


def _labels(port: Mapping[str, Any]) -> list[str]:
    """Return the first two labels of the name of a Service's port (Kubernetes DNS specification, 2.4.2)."""
    return [f"_{port.get('name')}", f"_{str(port.get('protocol') or 'TCP').lower()}"]


def _other_names(act: Act, probes: Iterable[str], first: str) -> Iterator[str]:
    """Yield the probes that queried a name with another first label, one sentence each."""
    for probe in probes:
        qname = str(act.recording.specs.get(probe, {}).get("qname", ""))
        if qname.partition(".")[0] != first:
            yield f"“{probe}” queried {qname or 'no name'}, which is not the name of {first}"


def _other_queries(act: Act, probes: Iterable[str], qtype: str) -> Iterator[str]:
    """Yield the probes that queried another type of records, or the same name server over the same protocol as another one,
    one sentence each.
    """
    queried: dict[object, str] = {}
    for probe in probes:
        spec = act.recording.specs.get(probe, {})
        if spec.get("qtype", qtype) != qtype:
            yield f"“{probe}” queried {spec['qtype']} records, not {qtype} records"
        way = spec.get("kind"), spec.get("server")
        other = queried.setdefault(way, probe)
        if other != probe and spec.get("kind"):
            yield f"“{probe}” queried the same name server over the same protocol as “{other}”"


def _service(act: Act, name: str, probes: Iterable[str]) -> Mapping[str, Any]:
    """Return a Service as last seen.

    :raises Inconclusive: if no Service of this name was recorded, or if a probe asks for a name of something else
    """
    for probe in probes:
        if named(str(act.recording.specs.get(probe, {}).get("qname", "")))[0] != name:
            raise Inconclusive(f"the probe “{probe}” asks for no name of {name}")
    seen = [change.object for change in act.changes("Service", name)]
    if not seen:
        raise Inconclusive(f"no Service {name} was recorded")
    return seen[-1]


def _selected(pod: Pod, selector: Mapping[str, str]) -> bool:
    return bool(selector) and selector.items() <= pod["metadata"].get("labels", {}).items()


def _port(pod: Pod, target: int | str) -> int | str:
    """Return the number of the container port that a Service's targetPort refers to."""
    ports = (port for container in pod["spec"].get("containers") or () for port in container.get("ports") or ())
    return next((int(port["containerPort"]) for port in ports if port.get("name") == target), target)
