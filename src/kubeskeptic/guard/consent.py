"""The object in a cluster that is not ours which says what we may do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import BadInput, NotFound, Refused
from kubeskeptic.guard.risk import Risk

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube

CONSENT = "kubeskeptic-consent"
"""Name of the ConfigMap in kube-system."""


def consent_manifest(risk: Risk = Risk.NAMESPACE) -> dict[str, Any]:
    """The ConfigMap that allows us everything up to ``risk``."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONSENT, "namespace": "kube-system"},
        "data": {"risk": risk.words},
    }


def consent(kube: Kube) -> Risk | None:
    """What the cluster's owner allows us, None when nothing was said.

    :raises Refused: when the object is there and cannot be understood
    """
    try:
        said = kube.get("ConfigMap", CONSENT, "kube-system").get("data", {}).get("risk", "")
    except NotFound:
        return None
    try:
        return Risk.parse(said)
    except BadInput as wrong:
        raise Refused(f"the cluster's {CONSENT} does not say how much is allowed: {wrong}") from wrong
