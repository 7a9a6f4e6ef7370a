"""Does a table name only nodes, pods and addresses that the watches show? A scenario notes what it was told once; the watches
report the same objects on their own.

Pods of other namespaces are not watched: what is noted of them is not compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import ip_of, node_of


def unknown_members(act: Act, members: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the members that are no recorded pod, one sentence each.

    :param members: cells with ``node`` and ``ip``, by member name
    """
    pods = {(node_of(one.object), ip_of(one.object)) for one in act.recording.of_kind("Pod") if one.seen <= act.end}
    for name, one in members.items():
        if (one["node"], one["ip"]) not in pods:
            yield f"No recorded pod on {one['node']} has the address {one['ip']} of “{name}”"


def unknown_addresses(act: Act, addresses: Mapping[str, str]) -> Iterator[str]:
    """Yield the pods of the scenario's namespace that were not recorded with their address, one sentence each.

    :param addresses: the address of each pod, by ``namespace/name``
    """
    known = {(one.name, ip_of(one.object)) for one in act.recording.of_kind("Pod") if one.seen <= act.end}
    for name, address in addresses.items():
        namespace, _, pod = name.partition("/")
        if namespace == act.recording.namespace and (pod, address) not in known:
            yield f"No recorded pod {pod} has the address {address}"


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
