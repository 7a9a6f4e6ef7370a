"""Do a table and the watches agree? A scenario notes what it was told once; the watches report the same objects on their own.
A table names only nodes, pods and addresses that the watches show; and what the watches show of its subject is in the table.

Pods of other namespaces are not watched: what is noted of them is not compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from kubeskeptic.counting import agreeing, counted
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import ip_of, is_ready, known, living, node_of


def unknown_members(act: Act, members: Mapping[str, Mapping[str, Any]], table: str = "") -> Iterator[str]:
    """Yield the members that the watch does not show as a Ready pod when they were noted, one sentence each.

    :param members: cells with ``node``, ``ip`` and ``host``, by member name
    :param table: the table of these cells
    """
    noted = max(act.recording.looked.get(table, {}).values(), default=act.end)
    there = [pod for pod in known(list(act.recording.of_kind("Pod")), noted) if is_ready(pod)]
    pods = {(node_of(pod), ip_of(pod), bool(pod["spec"].get("hostNetwork"))) for pod in there}
    for name, one in members.items():
        if (one["node"], one["ip"], bool(one.get("host"))) not in pods:
            yield f"No recorded pod on {one['node']} has the address {one['ip']} of “{name}”"


def unknown_addresses(act: Act, addresses: Mapping[str, str]) -> Iterator[str]:
    """Yield the pods of the scenario's namespace that were not recorded with their address, one sentence each.

    :param addresses: the address of each pod, by ``namespace/name``
    """
    recorded = {(one.name, ip_of(one.object)) for one in act.recording.of_kind("Pod") if one.seen <= act.end}
    for name, address in addresses.items():
        namespace, _, pod = name.partition("/")
        if namespace == act.recording.namespace and (pod, address) not in recorded:
            yield f"No recorded pod {pod} has the address {address}"


def recorded_addresses(act: Act, table: str) -> dict[str, str]:
    """Return the address of each pod of the scenario's namespace that was Ready, and not in its node's network, when the first
    cell of a table was noted, by ``namespace/name``.
    """
    namespace, looked = act.recording.namespace, act.recording.looked.get(table, {})
    pods = living(act.recording.of_kind("Pod"), min(looked.values(), default=act.end)).values()
    own = [pod for pod in pods if is_ready(pod) and ip_of(pod) and not pod["spec"].get("hostNetwork")]
    return {f"{namespace}/{pod['metadata']['name']}": ip_of(pod) for pod in own if namespace}


def unlisted_addresses(addresses: Mapping[str, str], recorded: Mapping[str, str]) -> Iterator[str]:
    """Yield the recorded pods that a table of all addresses lacks, one sentence each.

    :param addresses: the address of each pod in the table, by ``namespace/name``
    :param recorded: the same as :func:`recorded_addresses` returns it
    """
    for name in sorted(recorded.keys() - addresses.keys()):
        yield f"{name.partition('/')[2]} is not in the table, but the watch shows it Ready at {recorded[name]}"


def not_replaced(act: Act, selector: Mapping[str, str], replaced: int) -> Iterator[str]:
    """Yield a sentence unless the watch shows that all Ready pods with these labels were replaced in an act, and as many as a
    table says.
    """
    pods = [one for one in act.changes("Pod") if selector.items() <= one.object["metadata"].get("labels", {}).items()]
    before = {uid for uid, pod in living(pods, act.start).items() if is_ready(pod)}
    after = living(pods, act.end)
    stay = {uid for uid in before & after.keys() if not after[uid]["metadata"].get("deletionTimestamp")}
    new = {uid for uid, pod in after.items() if is_ready(pod)} - before
    if stay or min(len(before), len(new)) < replaced:
        yield (
            f"{counted(replaced, 'pod')} {agreeing(replaced, 'was', 'were')} replaced in “{act.name}” according to the table, "
            f"but of {len(before)} that {agreeing(len(before), 'was', 'were')} Ready the "
            f"watch shows {len(stay)} at its end, "
            f"and {counted(len(new), 'new one')} Ready"
        )


def ended(act: Act, pods: Collection[str]) -> Iterator[str]:
    """Yield the pods that stay in an act according to a table, but were deleted in it according to the watch, one sentence
    each.

    :param pods: their names
    """
    marked = {
        one.name
        for one in act.changes("Pod")
        if one.seen >= act.start and (one.type == "DELETED" or one.object["metadata"].get("deletionTimestamp"))
    }
    for name in sorted(marked.intersection(pods)):
        yield f"{name} was not evicted in “{act.name}” according to the table, but the watch shows that it was deleted"


def unknown_ranges(act: Act, ranges: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the nodes that were not recorded, or with another podCIDR, one sentence each. A node has one range for each
    IP family.

    :param ranges: the podCIDRs of each node, by node name
    """
    nodes = (one for one in act.recording.of_kind("Node") if one.seen <= act.end)
    known = {one.name: (one.object.get("spec") or {}).get("podCIDR") or None for one in nodes}
    for node, cidrs in ranges.items():
        families = Counter(ip_network(cidr).version for cidr in cidrs)
        if node not in known or known[node] not in (*cidrs, None) or max(families.values(), default=1) > 1:
            told = known.get(node) or "no such node"
            yield f"The ranges of {node} are {', '.join(cidrs)} in the table, but the watch shows {told}"
