"""The Kubernetes API, as raw JSON. Nothing outside this package imports the client library."""

from kubeskeptic.kube.connection import Event
from kubeskeptic.kube.handle import Kube, Object

__all__ = ["Event", "Kube", "Object"]
