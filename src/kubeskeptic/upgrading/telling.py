"""The outcome of an upgrade in readable form. Pure."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from kubeskeptic.counting import agreeing, counted
from kubeskeptic.reports import disruption
from kubeskeptic.upgrading import plan
from kubeskeptic.upgrading.state import FOLDER, UpgradeStep
from kubeskeptic.upgrading.upgrade import Upgraded

_OF_KUBEADM = (plan.APPLY, plan.NODE)


def place(reports: Path, cluster: str) -> Path:
    """Return the path of the report of a cluster's last upgrade."""
    return reports / FOLDER / f"{cluster}.md"


def summary(done: Upgraded) -> list[str]:
    """Return what was upgraded, how long it took, and one line for each target that was watched."""
    state = done.state
    lines = [f"{state.cluster}: {state.before} to {state.to}, {kubelets(done.kubelets)}", times(state.steps)]
    for seen in done.disruptions:
        lines += [f"  {line}" for line in disruption.summary(seen)]
    return lines


def report(done: Upgraded, compared: str) -> str:
    """Return the report as Markdown.

    :param compared: the comparison of the runs, as Markdown; empty when there was none
    """
    state = done.state
    runs = "; ".join(f"{when}: {', '.join(ids)}" for when, ids in state.runs.items())
    head = [
        f"# Upgrade of cluster {state.cluster} from {state.before} to {state.to}",
        "",
        f"{kubelets(done.kubelets)[0].upper()}{kubelets(done.kubelets)[1:]}. {times(state.steps)} Runs: {runs}.",
        "",
    ]
    return "\n".join([*head, *(disruption.markdown(seen) for seen in done.disruptions), compared])


def kubelets(versions: dict[str, str]) -> str:
    """Return the kubelet versions of a cluster in words; nodes are named if there are two versions."""
    nodes: dict[str, list[str]] = defaultdict(list)
    for node, version in versions.items():
        nodes[version].append(node)
    if len(nodes) == 1:
        every = agreeing(len(versions), "", "all ")
        return f"kubelets of {next(iter(nodes))} on {every}{counted(len(versions), 'node')}"
    return "kubelets of two versions: " + "; ".join(
        f"{version} on {', '.join(names)}" for version, names in nodes.items()
    )


def times(steps: list[UpgradeStep]) -> str:
    """Return how long the steps in nodes took, and how much of that kubeadm took."""
    taken = [(step, step.ended - step.began) for step in steps if step.node and step.done]
    whole = sum(seconds for _, seconds in taken)
    kubeadm = sum(seconds for step, seconds in taken if step.what in _OF_KUBEADM)
    again = [str(step) for step, _ in taken if step.attempts > 1]
    more = f" Begun more than once: {', '.join(again)}." if again else ""
    return f"The {counted(len(taken), 'step')} took {whole:.0f} s, of which kubeadm {kubeadm:.0f} s.{more}"
