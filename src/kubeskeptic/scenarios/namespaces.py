"""Namespaces of our own: made, and seen to be gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubeskeptic.durations import GONE
from kubeskeptic.errors import NotFound, SkepticError
from kubeskeptic.kube import Kube
from kubeskeptic.kube.ownership import ours
from kubeskeptic.runs import Run
from kubeskeptic.waiting import NotYet, until


@contextmanager
def namespace(run: Run, name: str) -> Iterator[None]:
    """A namespace for as long as the block runs.

    :raises PatienceExhausted: when it does not go, with the reason that Kubernetes gives. It can only go once all nodes
        that run its pods are there.
    """
    run.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": ours(run.id)}})
    try:
        yield
    finally:
        delete(run.kube, name)


def delete(kube: Kube, name: str) -> None:
    """Delete a namespace and see it gone; fine when there is none."""
    try:
        kube.delete("Namespace", name)
    except NotFound:
        return

    def gone() -> bool | NotYet:
        try:
            status = kube.get("Namespace", name).get("status", {})
        except NotFound:
            return True
        said = [one.get("message", "") for one in status.get("conditions") or () if one.get("status") == "True"]
        return NotYet("; ".join(said) or str(status.get("phase")))

    until(gone, GONE, what=f"the namespace {name} to be gone", tolerate=(SkepticError,))
