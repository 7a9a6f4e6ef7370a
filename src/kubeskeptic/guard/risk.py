"""How much may be done to a cluster, and the object in it by which its owner consents."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

from kubeskeptic.errors import BadInput, NotFound, Refused

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube


class Risk(IntEnum):
    """What may be done to a cluster; each level includes those before it."""

    READ_ONLY = 0
    """Reading only."""
    NAMESPACE = 1
    """Anything in our own namespaces. What an adopted cluster allows unless its consent says otherwise."""
    NODE = 2
    """Nodes and what runs on them, kube-proxy and the kubelet included."""
    CONTROL_PLANE = 3
    """The control plane and kube-system. What our own kind clusters allow."""

    @property
    def words(self) -> str:
        """The level as written on a command line and in a consent, such as ``control-plane``."""
        return ("read-only", "own-namespace", "node", "control-plane")[self]

    @classmethod
    def parse(cls, words: str) -> Risk:
        """Return the level that ``words`` names.

        :raises BadInput: when there is no such level
        """
        for risk in cls:
            if risk.words == words.strip().lower():
                return risk
        known = ", ".join(risk.words for risk in cls)
        raise BadInput(f"unknown risk level “{words}”; the levels are {known}")


def above(what: str, needs: Risk, allowed: Risk) -> str:
    """Return why an action is not done on this cluster, and what would allow it, as a sentence."""
    return (
        f"{what} needs risk level {needs.words}, but this cluster allows only {allowed.words}; "
        f"its owner can allow it with `skeptic adopt --risk {needs.words}`"
    )


class Permits(Protocol):
    """Decides what may be done to one cluster."""

    @property
    def uid(self) -> str:
        """The cluster's identity: the uid of its kube-system namespace."""

    def permit(self, risk: Risk, what: str) -> None:
        """Raise Refused unless ``what`` may be done now.

        :raises Refused: when the cluster is not ours or not the pinned one, or ``risk`` is above what is allowed
        """

    def same_if_it_answers(self) -> None:
        """Raise Refused when the API server answers for a cluster other than the pinned one.

        :raises Refused: when it answers with another identity
        """


# -- consent ----------------------------------------------------------------------------------------------------------------
CONSENT = "kubeskeptic-consent"
"""Name of the ConfigMap in kube-system."""


IMAGE = "agent-image"
"""The key of the consent that has the agent's image on a cluster to whose nodes it was loaded."""


def consent_manifest(risk: Risk = Risk.NAMESPACE, image: str = "") -> dict[str, Any]:
    """Return the ConfigMap that allows the harness everything up to ``risk``.

    :param image: the agent's image, if it was loaded into the nodes
    """
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONSENT, "namespace": "kube-system"},
        "data": {"risk": risk.words} | ({IMAGE: image} if image else {}),
    }


def consented_image(kube: Kube) -> str:
    """Return the agent's image that ``skeptic adopt`` loaded into the nodes; empty when it loaded none."""
    try:
        return str(kube.get("ConfigMap", CONSENT, "kube-system").get("data", {}).get(IMAGE, ""))
    except NotFound:
        return ""


def consent(kube: Kube) -> Risk | None:
    """Return what the cluster's owner allows; None when there is no consent.

    :raises Refused: when there is a consent but it cannot be parsed
    """
    try:
        said = kube.get("ConfigMap", CONSENT, "kube-system").get("data", {}).get("risk", "")
    except NotFound:
        return None
    try:
        return Risk.parse(said)
    except BadInput as wrong:
        raise Refused(f"the cluster's {CONSENT} states no valid risk level: {wrong}") from wrong
