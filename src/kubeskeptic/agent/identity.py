"""The identity of this pod, from the downward API, and a random id of the boot."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from kubeskeptic.agent import clock


@dataclass(frozen=True)
class Identity:
    """A pod, or more precisely one run of its container: ``boot`` differs after every start.

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

        Outside a pod, the host name takes the place of the pod's name.
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
        """Return the fields that identify this pod in every answer of a workload."""
        names = ("pod", "namespace", "uid", "node", "ip", "boot")
        return {name: str(getattr(self, name)) for name in names}
