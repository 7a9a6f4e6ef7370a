"""Clusters of our own: the engine, the images, kind, and the interface to the rest of the library.

::

    engine ─▶ node image, agent image ─▶ kind ─▶ pod network ─▶ Cluster
    (found or installed)  (pulled or built)        (ours when built)

:func:`up` is idempotent; :func:`find` touches nothing; :func:`down` deletes.
"""

from kubeskeptic.clusters.addons import load_addon, unload_addon
from kubeskeptic.clusters.cluster import Cluster, Node, no_cluster
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.node_source import DEFAULT_VERSION
from kubeskeptic.clusters.up import down, find, load_agent_image, up

__all__ = [
    "DEFAULT_VERSION",
    "Cluster",
    "Engine",
    "Node",
    "down",
    "find",
    "load_addon",
    "load_agent_image",
    "no_cluster",
    "unload_addon",
    "up",
]
