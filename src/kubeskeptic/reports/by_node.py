"""Per-node values, such as settings and kubelet versions: as text, and compared between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubeskeptic.reports.wording import quantity

Run = Mapping[str, Any]
"""The ``run`` record of a result or of a journal."""


def spread(values: Mapping[str, str]) -> str:
    """Return the values with their nodes, the rarest value first: ``v1.36.3 on up-worker2, v1.37.2 on the other 3 nodes``."""
    nodes: dict[str, list[str]] = {}
    for node, value in values.items():
        nodes.setdefault(value, []).append(node)
    *few, (value, rest) = sorted(nodes.items(), key=lambda one: len(one[1]))
    if not few:
        return f"{value} everywhere"
    most = f"the other {len(rest)} nodes" if len(rest) > 1 else rest[0]
    return ", ".join([*(f"{one} on {', '.join(names)}" for one, names in few), f"{value} on {most}"])


def apart(run: Run) -> str:
    """Return the kubelet versions with their nodes, if any differs from the API server's; empty otherwise."""
    kubelets = run.get("kubelets") or {}
    versions = {*kubelets.values(), run.get("kubernetes") or next(iter(kubelets.values()), "")}
    return spread(kubelets) if kubelets and len(versions) > 1 else ""


def kubelets(before: Run, after: Run) -> str:
    """Return the kubelet versions of two runs, if they differ between the runs or from the API server's; empty otherwise."""
    was, now = (dict(run.get("kubelets") or {}) for run in (before, after))
    changed = bool(was and now and not same(was, now))
    if not (changed or apart(before) or apart(after)):
        return ""
    told = [spread(one) if one else "not recorded" for one in (now, was)]
    return f"{told[0]} (unchanged)" if was and now and not changed else f"{told[0]} (before: {told[1]})"


def setting(one: Mapping[str, Any] | None) -> str:
    """Return a setting's value, or its values with their nodes where these differ; a dash when it is unknown."""
    if one is None:
        return "–"
    unit = str(one["unit"])
    if uneven(one):
        return spread({node: quantity(value, unit) for node, value in one["per_node"].items()})
    return quantity(float(one["value"]), unit)


def uneven(one: Mapping[str, Any]) -> bool:
    """Return whether a setting differs between nodes."""
    return len(set((one.get("per_node") or {}).values())) > 1


def same_setting(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    """Return whether a setting has the same value in both runs, on every node."""
    if was is None or now is None:
        return was is now
    each = [one.get("per_node") or {} for one in (was, now)]
    alike = not all(each) or same(*each)
    return alike and (was["value"], was["unit"]) == (now["value"], now["unit"])


def same(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether two runs have the same set of values, and the same value on each node that is in both. Node names may
    differ between clusters."""
    shared = was.keys() & now.keys()
    return set(was.values()) == set(now.values()) and all(was[node] == now[node] for node in shared)
