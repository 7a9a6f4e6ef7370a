"""The identity of this pod, from the downward API; the boot is random."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from kubeskeptic.agent import clock


@dataclass(frozen=True)
class Identity:
    """A pod, or rather one life of its container: ``boot`` is another after every start.

    ``started`` is Unix time by this node's clock.
    """

    pod: str
    node: str
    ip: str
    node_ip: str
    namespace: str = ""
    uid: str = ""
    boot: str = field(default_factory=lambda: secrets.token_hex(6))
    started: float = field(default_factory=lambda: round(clock.moment().wall, 6))

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Identity:
        """Return the identity that POD_NAME, POD_NAMESPACE, POD_UID, NODE_NAME, POD_IP and NODE_IP describe.

        Outside a pod the host's name stands for the pod's.
        """
        return cls(
            pod=environment.get("POD_NAME") or socket.gethostname(),
            node=environment.get("NODE_NAME", ""),
            ip=environment.get("POD_IP", ""),
            node_ip=environment.get("NODE_IP", ""),
            namespace=environment.get("POD_NAMESPACE", ""),
            uid=environment.get("POD_UID", ""),
        )

    def answer(self) -> dict[str, str]:
        """Return the fields by which every answer of a workload names this pod."""
        names = ("pod", "namespace", "uid", "node", "ip", "boot")
        return {name: str(getattr(self, name)) for name in names}
