"""What each node has for itself, settings and the kubelet's version: in words, and whether two runs have the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubeskeptic.reports.wording import quantity

Run = Mapping[str, Any]
"""The ``run`` of a result, or of a journal."""


def spread(values: Mapping[str, str]) -> str:
    """Return values with their nodes, the rarest first: ``v1.36.3 on up-worker2, v1.37.2 on the other 3 nodes``."""
    nodes: dict[str, list[str]] = {}
    for node, value in values.items():
        nodes.setdefault(value, []).append(node)
    *few, (value, rest) = sorted(nodes.items(), key=lambda one: len(one[1]))
    if not few:
        return f"{value} everywhere"
    most = f"the other {len(rest)} nodes" if len(rest) > 1 else rest[0]
    return ", ".join([*(f"{one} on {', '.join(names)}" for one, names in few), f"{value} on {most}"])


def apart(run: Run) -> str:
    """Return the kubelets' versions with their nodes, when they are not all the API server's; else nothing."""
    kubelets = run.get("kubelets") or {}
    versions = {*kubelets.values(), run.get("kubernetes") or next(iter(kubelets.values()), "")}
    return spread(kubelets) if kubelets and len(versions) > 1 else ""


def kubelets(before: Run, after: Run) -> str:
    """Return which kubelets two runs had, when they are not the same, or not all of the API server's version; else nothing."""
    was, now = (dict(run.get("kubelets") or {}) for run in (before, after))
    changed = bool(was and now and not same(was, now))
    if not (changed or apart(before) or apart(after)):
        return ""
    told = [spread(one) if one else "not recorded" for one in (now, was)]
    return f"{told[0]} (the same before)" if was and now and not changed else f"{told[0]} (before: {told[1]})"


def setting(one: Mapping[str, Any] | None) -> str:
    """Return a setting's value, with the nodes where they differ; a dash when it is not known."""
    if one is None:
        return "–"
    unit = str(one["unit"])
    if uneven(one):
        return spread({node: quantity(value, unit) for node, value in one["per_node"].items()})
    return quantity(float(one["value"]), unit)


def uneven(one: Mapping[str, Any]) -> bool:
    """Whether a setting is not the same on every node."""
    return len(set((one.get("per_node") or {}).values())) > 1


def same_setting(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    """Whether a setting has the same value in both, on every node."""
    if was is None or now is None:
        return was is now
    each = [one.get("per_node") or {} for one in (was, now)]
    alike = not all(each) or same(*each)
    return alike and (was["value"], was["unit"]) == (now["value"], now["unit"])


def same(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether nodes have the same: each that is in both, and both in the same values. Clusters may name nodes as they like."""
    shared = was.keys() & now.keys()
    return set(was.values()) == set(now.values()) and all(was[node] == now[node] for node in shared)
