"""The Kubernetes API, as raw JSON. Nothing outside this package imports the client library."""

from kubeskeptic.kube.handle import Kube, Object
from kubeskeptic.kube.watching import Event

__all__ = ["Event", "Kube", "Object"]
