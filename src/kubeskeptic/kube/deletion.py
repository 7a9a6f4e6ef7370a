"""Deleting an object and waiting until it is gone."""

from __future__ import annotations

import contextlib

from kubeskeptic.durations import GONE, Patience
from kubeskeptic.errors import Conflict, NotFound, SkepticError, Unanswered
from kubeskeptic.kube.handle import Kube
from kubeskeptic.waiting import NotYet, until


def delete_and_wait(kube: Kube, kind: str, name: str, namespace: str | None = None, patience: Patience = GONE) -> None:
    """Delete an object and wait until it is gone; one that is not there is fine.

    :param patience: for the deletion to be accepted, and again for the object to be gone
    :raises PatienceExhausted: with what Kubernetes says it waits for. A namespace can only go once all nodes that run its pods
        are there
    """

    def accepted() -> bool:
        with contextlib.suppress(NotFound, Conflict):  # Conflict: it is being deleted already
            kube.delete(kind, name, namespace)
        return True

    def gone() -> bool | NotYet:
        try:
            status = kube.get(kind, name, namespace).get("status", {})
        except NotFound:
            return True
        messages = [one.get("message", "") for one in status.get("conditions") or () if one.get("status") == "True"]
        return NotYet("; ".join(messages) or str(status.get("phase", "still there")))

    what = f"{kind} {name}"
    until(accepted, patience, what=f"{what} to be deleted", tolerate=(Unanswered,))
    until(gone, patience, what=f"{what} to be gone", tolerate=(SkepticError,))
