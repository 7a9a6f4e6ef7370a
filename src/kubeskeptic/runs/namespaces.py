"""Namespaces of our own: made, and seen to be gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kubeskeptic.errors import PatienceExhausted, SkepticError
from kubeskeptic.kube.deletion import ask_for_deletion, delete_and_wait
from kubeskeptic.objects import ours
from kubeskeptic.runs.model import Run

LAST_GRACE = 1
"""Seconds in which pods of a namespace that goes may end. Kubernetes deletes them, with the grace of their own, 5 s after the
namespace (``namespaceDeletionGracePeriod`` in pkg/controller/namespace), and looks again after half of that grace."""


@contextmanager
def namespace(run: Run, name: str, *, seen_to_go: bool = True) -> Iterator[None]:
    """A namespace for as long as the block runs.

    :param seen_to_go: the block ends when the namespace is gone; otherwise that is for :func:`all_gone` to see
    :raises PatienceExhausted: when it does not go, with the reason that Kubernetes gives. It can only go once all nodes
        that run its pods are there.
    """
    run.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": ours(run.id)}})
    try:
        yield
    finally:
        run.leaving.append(name)
        try:
            ask_for_deletion(run.kube, "Namespace", name)
            _end_pods(run, name)
        finally:
            if seen_to_go:
                _gone(run, name)


def all_gone(run: Run) -> None:
    """Wait until every namespace that was left to go is gone; one that does not go is kept in ``site.left``."""
    for name in tuple(run.leaving):
        with suppress(PatienceExhausted):
            _gone(run, name)


def _gone(run: Run, name: str) -> None:
    """See a namespace go. One whose wait is interrupted stays in ``leaving``, and is waited for when the run ends."""
    try:
        delete_and_wait(run.kube, "Namespace", name)  # asked again, should it not have been accepted
    except PatienceExhausted as stuck:
        run.site.left.append(str(stuck))
        run.leaving.remove(name)
        raise
    run.leaving.remove(name)


def _end_pods(run: Run, name: str) -> None:
    """Have the pods end now. Nothing makes others: no object is created in a namespace that goes. It only saves time."""
    with suppress(SkepticError):
        for pod in run.kube.list("Pod", name)["items"]:
            with suppress(SkepticError):
                run.kube.delete("Pod", pod["metadata"]["name"], name, grace=LAST_GRACE)
