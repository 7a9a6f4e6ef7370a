"""What a table presumes: the pods that asked and answered ran, and the Services that were asked were declared as stated.

A cell says how a request ended, and not what was there to answer it. The watches show that on their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import is_ready, known, labelled, node_of

Fields = Mapping[str, object]


@dataclass(frozen=True)
class Presumed:
    """What must have been there while a table was noted; otherwise its cells are about something else."""

    pods: Mapping[str, Fields] = field(default_factory=dict)
    """The apps of which a pod was Ready, each with labels that this pod had; None stands for a label that it lacked."""
    services: Mapping[str, Fields] = field(default_factory=dict)
    """The Services that existed, each with fields of its specification."""
    between: Mapping[str, str] = field(default_factory=dict)
    """The Services that were created after a pod of an app, and before another pod of that app."""
    on_each_node: Sequence[str] = ()
    """The apps of which every node had a Ready pod, in a network of its own."""
    in_turn: Sequence[str] = ()
    """The first words of cells that were noted one after another, in this order."""


def not_as_presumed(act: Act, table: str, cells: Collection[str], presumed: Presumed) -> Iterator[str]:
    """Yield what the watches do not show although some cells of a table presume it, one sentence each."""
    looked = act.recording.looked.get(table, {})
    noted = {looked.get(cell, act.end) for cell in cells}
    for at in sorted({min(noted), max(noted)}) if noted else ():
        yield from _without_pods(act, table, at, presumed.pods)
        yield from _without_services(act, table, at, presumed.services)
        yield from (one for app in presumed.on_each_node for one in lacking_on(act, table, at, [app]))
    for service, app in presumed.between.items():
        if not _is_between(act, service, app):
            yield f"The watches do not show that {service} was created after a pod of {app}, and before another"
    for one, other in pairwise(presumed.in_turn):
        last = max((looked[cell] for cell in looked if cell.startswith(one)), default=act.start)
        first = min((looked[cell] for cell in looked if cell.startswith(other)), default=act.end)
        if first < last:
            yield f"“{other}” was noted in “{table}” before “{one}”"


def lacking_on(act: Act, table: str, at: float, apps: Collection[str]) -> Iterator[str]:
    """Yield a sentence if a node had no Ready pod of any of these apps, in a network of its own, at a moment."""
    pods = (pod for app in apps for pod in _pods(act, at, app))
    lacking = set(act.nodes) - {node_of(pod) for pod in pods if not pod["spec"].get("hostNetwork")}
    if lacking:
        told = f"no Ready pod of {' or '.join(apps)} on {', '.join(sorted(lacking))}"
        yield f"The watch shows {told} when “{table}” was noted"


def _without_pods(act: Act, table: str, at: float, apps: Mapping[str, Fields]) -> Iterator[str]:
    for app, labels in apps.items():
        pods = _pods(act, at, app)
        if not pods:
            yield f"The watch shows no Ready pod of {app} when “{table}” was noted"
        elif not any(all(pod["metadata"]["labels"].get(key) == one for key, one in labels.items()) for pod in pods):
            yield f"The watch shows the pod of {app} without the labels that “{table}” presumes"


def _without_services(act: Act, table: str, at: float, services: Mapping[str, Fields]) -> Iterator[str]:
    for name, fields in services.items():
        there = known(list(act.recording.of_kind("Service", name)), at)
        if not there:
            yield f"The watch shows no Service {name} when “{table}” was noted"
        for what, value in fields.items() if there else ():
            seen = [(one.get("spec") or {}).get(what) for one in there]
            if value not in seen:
                yield f"“{table}” presumes that {what} of the Service {name} is {value}, and the watch shows {seen[-1]}"


def _is_between(act: Act, service: str, app: str) -> bool:
    """Return whether a Service may have been created after a pod of an app and before another one. Two watches may be seen in
    another order than their changes happened.
    """
    made = next((one.when for one in act.recording.of_kind("Service", service) if one.type != "DELETED"), None)
    first = {one.uid: one.when for one in reversed(list(labelled(act.recording.of_kind("Pod"), app)))}
    before = {uid for uid, when in first.items() if made and when.low <= made.high}
    after = {uid for uid, when in first.items() if made and when.high >= made.low}
    return len(before | after) > 1 and bool(before) and bool(after)


def _pods(act: Act, at: float, app: str) -> list[dict[str, Any]]:
    return [pod for pod in known(list(labelled(act.recording.of_kind("Pod"), app)), at) if is_ready(pod)]
