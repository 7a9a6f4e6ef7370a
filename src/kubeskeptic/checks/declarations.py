"""Was the thing declared that a claim is about? What another declaration leads to shows nothing of it.

An object that was not recorded, or that is deleted, declares nothing that could differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from kubeskeptic.errors import Inconclusive
from kubeskeptic.objects import owner
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import labelled
from kubeskeptic.timeline.pod_counts import WORKLOADS
from kubeskeptic.timeline.quantities import requests


def not_rolling(act: Act, app: str, surge: int, unavailable: int) -> Iterator[str]:
    """Yield how the update strategy of a Deployment differs in an act, one sentence each.

    :param surge: ``maxSurge`` as a number of pods
    :param unavailable: ``maxUnavailable`` as a number of pods
    """
    wanted = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    for spec in _declared(act, "Deployment", app):
        strategy = spec.get("strategy")
        if strategy is not None and strategy != wanted:
            yield f"The strategy of {app} was {_said(strategy)}, and has to be {_said(wanted)}"


def not_in_order(act: Act, app: str) -> Iterator[str]:
    """Yield a sentence if a StatefulSet's pods were to be managed in parallel."""
    for spec in _declared(act, "StatefulSet", app):
        policy = spec.get("podManagementPolicy", "OrderedReady")
        if policy != "OrderedReady":
            yield f"The podManagementPolicy of {app} was {policy}"


def other_metric(
    act: Act, app: str, kind: str, target: float | None = None, *, least: int | None = None
) -> Iterator[str]:
    """Yield how an autoscaler differs in an act from one that may scale a Deployment of its name, by one metric.

    :param kind: the metric's type
    :param target: the average utilization in percent; None for a metric of another kind
    :param least: the minimum number of replicas; None if any will do
    """
    for spec in _declared(act, "HorizontalPodAutoscaler", app):
        metrics, scaled = spec.get("metrics"), (spec.get("scaleTargetRef") or {}).get("name", app)
        if scaled != app:
            yield f"The autoscaler {app} scales {scaled}"
        if least is not None and spec.get("minReplicas", least) != least:
            yield f"The autoscaler {app} keeps {spec['minReplicas']} replicas, and has to keep {least}"
        fewest, most = spec.get("minReplicas"), spec.get("maxReplicas")
        if most is not None and most <= (1 if fewest is None else fewest):
            yield f"The autoscaler {app} can scale to nothing but {most} replicas"
        if metrics is None:
            continue  # older journals do not record them
        if [one.get("type") for one in metrics] != [kind]:
            yield f"The autoscaler {app} looks at {', '.join(str(one.get('type')) for one in metrics) or 'nothing'}"
        wanted = [((one.get("resource") or {}).get("target") or {}).get("averageUtilization") for one in metrics]
        if target is not None and wanted != [target]:
            yield f"The target of the autoscaler {app} is {_said(wanted)} %, and has to be {target:g} %"


def require_as_many(act: Act, app: str, wanted: int, since: float = 0.0, *, owner_too: bool = True) -> None:
    """Require that the workload of this name declared a number of replicas throughout an act: how many pods there are says
    nothing of another number.

    :param since: only declarations in force after this moment, in Unix seconds, count
    :param owner_too: whether the one that owns all pods of this app must have declared it too, if there is one such
    :raises Inconclusive: if it declared another number
    """
    owners = [owner(one.object) for one in labelled(act.recording.of_kind("Pod"), app)]
    names = {str(one["name"]) for one in owners if one}
    for kind, name in product(WORKLOADS, {app, *(names if owner_too and len(names) == 1 else ())}):
        for spec in _declared(act, kind, name, since):
            said = spec.get("replicas", wanted)
            if said != wanted:
                raise Inconclusive(f"the {kind} {name} declared {said} replicas, and has to declare {wanted}")


def not_bare(pod: Change) -> Iterator[str]:
    """Yield a sentence if a pod has a controller."""
    controller = owner(pod.object)
    if controller:
        yield f"{pod.name} is no bare pod: it is owned by the {controller['kind']} {controller['name']}"


def without_limit(pod: Change) -> Iterator[str]:
    """Yield a sentence if no container of a pod has a memory limit, and that is known."""
    known = [one["resources"] for one in pod.object["spec"].get("containers") or () if "resources" in one]
    if known and not any("memory" in (one.get("limits") or {}) for one in known):
        yield f"No container of {pod.name} has a memory limit"


def not_requesting(pod: Change) -> Iterator[str]:
    """Yield the resources that a pod does not request, one sentence each."""
    amounts = requests(pod.object)
    yield from (f"{pod.name} requests no {resource}" for resource, one in amounts.items() if one <= 0)


def never_changed(act: Act, kind: str, name: str, until: float) -> Iterator[str]:
    """Yield a sentence if the watch shows an object, but no other generation of it between the act's start and a moment."""
    seen = [one for one in act.recording.of_kind(kind, name) if one.type != "DELETED" and one.earliest <= until]
    before = [one.object["metadata"].get("generation") for one in seen if one.seen < act.start]
    after = {one.object["metadata"].get("generation") for one in seen if one.seen >= act.start}
    if before and not after - {before[-1]}:
        yield f"The declaration of {name} was not seen to change"


def _declared(act: Act, kind: str, name: str, since: float = 0.0) -> Iterator[Mapping[str, Any]]:
    """Yield each declaration of an object that was in force in an act, once; none that was replaced before ``since``."""
    changes = [one for one in act.recording.of_kind(kind, name) if one.type != "DELETED" and one.seen <= act.end]
    begun = max(act.start, since)
    before = [one for one in changes if one.seen <= begun][-1:]
    last: Mapping[str, Any] | None = None
    for change in (*before, *(one for one in changes if one.seen > begun)):
        spec = change.object.get("spec") or {}
        if spec != last:
            yield spec
        last = spec


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in sorted(value.items(), reverse=True))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
