"""The Kubernetes API, as raw JSON. Nothing outside this package imports the client library."""

from kubeskeptic.kube.handle import FIELD_MANAGER, Kube, Object
from kubeskeptic.kube.watching import Event

__all__ = ["FIELD_MANAGER", "Event", "Kube", "Object"]
