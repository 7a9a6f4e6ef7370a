"""Was the thing declared that a claim is about? What another declaration leads to shows nothing of it.

An object that was not recorded, or that is deleted, declares nothing that could differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.timeline import Act


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


def other_metric(act: Act, app: str, kind: str, target: float | None = None) -> Iterator[str]:
    """Yield how an autoscaler differs in an act from one that scales a Deployment of its name by one metric.

    :param kind: the metric's type
    :param target: the average utilization in percent; None for a metric of another kind
    """
    for spec in _declared(act, "HorizontalPodAutoscaler", app):
        metrics, scaled = spec.get("metrics"), (spec.get("scaleTargetRef") or {}).get("name", app)
        if scaled != app:
            yield f"The autoscaler {app} scales {scaled}"
        if metrics is None:
            continue  # older journals do not record them
        if [one.get("type") for one in metrics] != [kind]:
            yield f"The autoscaler {app} looks at {', '.join(str(one.get('type')) for one in metrics) or 'nothing'}"
        wanted = [((one.get("resource") or {}).get("target") or {}).get("averageUtilization") for one in metrics]
        if target is not None and wanted != [target]:
            yield f"The target of the autoscaler {app} is {_said(wanted)} %, and has to be {target:g} %"


def never_changed(act: Act, kind: str, name: str, until: float) -> Iterator[str]:
    """Yield a sentence if the watch shows an object, but no other generation of it between the act's start and a moment."""
    seen = [one for one in act.recording.of_kind(kind, name) if one.type != "DELETED" and one.earliest <= until]
    before = [one.object["metadata"].get("generation") for one in seen if one.seen < act.start]
    after = {one.object["metadata"].get("generation") for one in seen if one.seen >= act.start}
    if before and not after - {before[-1]}:
        yield f"The declaration of {name} was not seen to change"


def _declared(act: Act, kind: str, name: str) -> Iterator[Mapping[str, Any]]:
    """Yield each declaration of an object that was in force in an act, once."""
    changes = [one for one in act.recording.of_kind(kind, name) if one.type != "DELETED" and one.seen <= act.end]
    before = [one for one in changes if one.seen <= act.start][-1:]
    last: Mapping[str, Any] | None = None
    for change in (*before, *(one for one in changes if one.seen > act.start)):
        spec = change.object.get("spec") or {}
        if spec != last:
            yield spec
        last = spec


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in sorted(value.items(), reverse=True))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
