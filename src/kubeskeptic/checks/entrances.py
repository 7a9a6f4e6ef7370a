"""Does something other than Kubernetes itself give a Service or an Ingress an address?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.writers import foreign
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Change

_NONE = Bound(0, "addresses", "Kubernetes itself assigns none")


@check
def never_addressed(act: Act, kind: str, name: str, seconds: float) -> Finding:
    """Check that a Service or an Ingress has no address in its status while it exists in the act.

    An address that neither Kubernetes nor the harness gave neither violates nor agrees.

    :param seconds: the minimum time for which it must be watched, in which a provider would have given it an address
    :raises Inconclusive: if the object was never seen
    """
    changes = list(act.changes(kind, name))
    if not changes:
        raise Inconclusive(f"no {kind} {name} was seen")
    given = sorted({address for change in changes for address in _addresses(change)})
    others = _by_others(changes)
    act.reading.doubts += _served(act, kind, name)
    act.reading.doubts += (f"{kind} {name} was given {what} by {', '.join(who)}" for what, who in others.items())
    end = next((change.earliest for change in changes if change.type == "DELETED"), act.end)
    watched = end - changes[0].seen
    why = f"{kind} {name} had no address in its status for the {watched:.0f} s that it was watched."
    if given:
        first = next(change for change in changes if _addresses(change))
        why = f"{kind} {name} was given {', '.join(given)} {first.seen - changes[0].seen:.1f} s after it was created."
    finding = conclude(
        why,
        {
            "addresses": Measure(len(given), "addresses", len(given) - len(others), len(given)),
            "watched": Measure(round(watched, 1), "s"),
        },
        {"addresses": _NONE},
        window=(changes[0].seen, end),
    )
    lacking = next((what for change in changes for what in _no_entrance(change)), "")
    if not lacking and watched < seconds:
        lacking = f"It was watched for {watched:.1f} s; at least {seconds:g} s are required"
    return finding.but(lacking) if lacking and finding.verdict == "holds" else finding


def _addresses(change: Change) -> list[str]:
    given = change.object.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return [str(one.get("ip") or one.get("hostname")) for one in given]


def _served(act: Act, kind: str, name: str) -> Iterator[str]:
    """Yield the other objects of a kind that were given an address: something serves them, and should serve this one."""
    given = {one.name: one for one in act.recording.of_kind(kind) if one.seen <= act.end and _addresses(one)}
    for other in sorted(given.keys() - {name}):
        yield f"{kind} {other} was given {', '.join(_addresses(given[other]))}: this cluster serves objects of this kind"


def _by_others(changes: Iterable[Change]) -> dict[str, list[str]]:
    """Return the field managers that gave each address, of those that only others than Kubernetes and the harness gave."""
    others: dict[str, list[str]] = {}
    ours: set[str] = set()
    before: set[str] = set()
    for change in changes:
        now = set(_addresses(change))
        who = foreign(change)
        others |= dict.fromkeys(sorted(now - before), who) if who else {}
        ours |= set() if who else now - before
        before = now
    return {address: who for address, who in others.items() if address not in ours}


def _no_entrance(change: Change) -> Iterator[str]:
    """Yield a sentence if nothing would give the object an address: a Service of another type, an Ingress without rules."""
    spec = change.object.get("spec") or {}
    if change.kind == "Service" and spec.get("type") != "LoadBalancer":
        yield f"The Service {change.name} was of type {spec.get('type')}, not LoadBalancer"
    if change.kind == "Ingress" and not (spec.get("rules") or spec.get("defaultBackend")):
        yield f"The Ingress {change.name} had no rule"
