"""Who this pod is: told by the downward API in the environment, except for the boot."""

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
    boot: str = field(default_factory=lambda: secrets.token_hex(6))
    started: float = field(default_factory=lambda: round(clock.moment().wall, 6))

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Identity:
        """From POD_NAME, NODE_NAME, POD_IP and NODE_IP; outside a pod the host's name stands for the pod's."""
        return cls(
            pod=environment.get("POD_NAME") or socket.gethostname(),
            node=environment.get("NODE_NAME", ""),
            ip=environment.get("POD_IP", ""),
            node_ip=environment.get("NODE_IP", ""),
        )
