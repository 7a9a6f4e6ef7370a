"""Reaching into nodes: running commands there, and leaving timers behind that fire without us.

::

    fault ── Site.in_node ──▶ Reach ──┬─ ByEngine ──▶ the node's container, by the engine's ``exec``        own kind clusters
                                      └─ ByPod ──▶ API server ──▶ the hand: a privileged pod of ours      any other cluster

Both run the same command lines. Through the engine the node's own tools are used; the hand brings its own, and wrappers for
the two that only the node can have, ``systemctl`` and ``ctr``.
"""

from kubeskeptic.reach.by_engine import ByEngine
from kubeskeptic.reach.by_pod import ByPod
from kubeskeptic.reach.contract import Reach
from kubeskeptic.reach.out_of_reach import OutOfReach

__all__ = ["ByEngine", "ByPod", "OutOfReach", "Reach"]
