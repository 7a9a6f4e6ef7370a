"""Namespaces of our own: made, and seen to be gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubeskeptic.errors import PatienceExhausted
from kubeskeptic.kube.deletion import delete_and_wait
from kubeskeptic.objects import ours
from kubeskeptic.runs import Run


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
        try:
            delete_and_wait(run.kube, "Namespace", name)
        except PatienceExhausted as stuck:
            run.site.left.append(str(stuck))
            raise
