"""Endpoints without a pod behind them, such as those of an EndpointSlice written by hand. Pure."""

from __future__ import annotations

from kubeskeptic.timeline.objects import ip_of
from kubeskeptic.timeline.recording import Recording

SERVICE = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"


def foreign_endpoints(recording: Recording) -> list[str]:
    """Return a sentence for each EndpointSlice with addresses that no pod of the scenario ever had: its name, service, manager
    and addresses.
    """
    known = {ip_of(change.object) for change in recording.of_kind("Pod")}
    found: dict[str, str] = {}
    for change in recording.of_kind("EndpointSlice"):
        labels = change.object["metadata"].get("labels", {})
        addresses = {
            str(address)
            for endpoint in change.object.get("endpoints") or ()
            for address in endpoint.get("addresses") or ()
            if address not in known
        }
        if addresses and change.type != "DELETED":
            found[change.uid] = (
                f"EndpointSlice {change.name} of service {labels.get(SERVICE, 'none')}, managed by "
                f"{labels.get(MANAGED_BY, 'no named controller')}, contains {', '.join(sorted(addresses))}, which no pod has"
            )
    return list(found.values())
