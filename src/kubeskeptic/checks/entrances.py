"""Does something other than Kubernetes itself give a Service or an Ingress an address?"""

from __future__ import annotations

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Change

_NONE = Bound(0, "addresses", "Kubernetes itself assigns none")


@check
def never_addressed(act: Act, kind: str, name: str, seconds: float) -> Finding:
    """Check that a Service or an Ingress has no address in its status while it exists in the act.

    :param seconds: the minimum time for which it must be watched, in which a provider would have given it an address
    :raises Inconclusive: if the object was never seen
    """
    changes = list(act.changes(kind, name))
    if not changes:
        raise Inconclusive(f"no {kind} {name} was seen")
    given = sorted({address for change in changes for address in _addresses(change)})
    end = next((change.earliest for change in changes if change.type == "DELETED"), act.end)
    watched = end - changes[0].seen
    why = f"{kind} {name} had no address in its status for the {watched:.0f} s that it was watched."
    if given:
        first = next(change for change in changes if _addresses(change))
        why = f"{kind} {name} was given {', '.join(given)} {first.seen - changes[0].seen:.1f} s after it was created."
    finding = conclude(
        why,
        {"addresses": Measure(len(given), "addresses"), "watched": Measure(round(watched, 1), "s")},
        {"addresses": _NONE},
        window=(changes[0].seen, end),
    )
    brief = finding.verdict == "holds" and watched < seconds
    return finding.but(f"It was watched for {watched:.1f} s; at least {seconds:g} s are required") if brief else finding


def _addresses(change: Change) -> list[str]:
    given = change.object.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return [str(one.get("ip") or one.get("hostname")) for one in given]
