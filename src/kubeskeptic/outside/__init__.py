"""The outside probe: sends HTTP requests to the cluster from the harness's machine, independently of the agents.

::

    this machine                                          node
    ┌──────────────────────────┐                          ┌──────────────────────────┐
    │ run ◀─batches─ process ──┼── httpx, new connection ─┼─▶ NodePort ──▶ pod       │
    │  │                       │                          │       ▲                  │
    │  ▼                       │                          │       └── agent's socket │
    │ journal                  │                          └──────────────────────────┘
    └──────────────────────────┘

It shares the agents' schedule and list of outcomes, but no part of a request's path: it uses another client, in another
place, on this machine's own clock. Its lanes are named by :func:`~kubeskeptic.outside.probe.lane`, never after a node.
"""

from kubeskeptic.outside.cpu_pressure import Waiting
from kubeskeptic.outside.probe import OutsideProbe, OutsideTarget, lane, node_targets
from kubeskeptic.outside.standstills import on_this_machine, witnessed

__all__ = ["OutsideProbe", "OutsideTarget", "Waiting", "lane", "node_targets", "on_this_machine", "witnessed"]
