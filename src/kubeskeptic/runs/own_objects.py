"""A run's own objects: namespaces, and objects outside of them; created with our labels, and confirmed gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kubeskeptic.errors import PatienceExhausted, SkepticError
from kubeskeptic.guard.risk import Risk
from kubeskeptic.kube.deletion import ask_for_deletion, delete_and_wait
from kubeskeptic.objects import Object, ours
from kubeskeptic.runs.model import Run

LAST_GRACE = 1
"""Grace period, in seconds, of pods whose namespace is being deleted. Kubernetes deletes them 5 s after the namespace, with
their own grace period (``namespaceDeletionGracePeriod`` in pkg/controller/namespace), and looks again after half of that."""


@contextmanager
def namespace(run: Run, name: str, *, seen_to_go: bool = True) -> Iterator[None]:
    """Create a namespace for the duration of the block.

    :param seen_to_go: whether to wait at the end until the namespace is gone; otherwise :func:`all_gone` waits for it
    :raises PatienceExhausted: when it does not go, with the reason that Kubernetes gives. It can only go once all nodes
        that run its pods are up.
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
    """Wait until every namespace that is being deleted is gone; one that does not go is listed in ``site.left``."""
    for name in tuple(run.leaving):
        with suppress(PatienceExhausted):
            _gone(run, name)


def _gone(run: Run, name: str) -> None:
    """Wait until a namespace is gone. After an interrupt, it stays in ``leaving``, and is waited for when the run ends."""
    try:
        delete_and_wait(run.kube, "Namespace", name)  # again, in case the first request was not accepted
    except PatienceExhausted as stuck:
        run.site.left.append(str(stuck))
        run.leaving.remove(name)
        raise
    run.leaving.remove(name)


def _end_pods(run: Run, name: str) -> None:
    """Delete the pods now, only to save time. Nothing replaces them: no object can be created in a terminating namespace."""
    with suppress(SkepticError):
        for pod in run.kube.list("Pod", name)["items"]:
            with suppress(SkepticError):
                run.kube.delete("Pod", pod["metadata"]["name"], name, grace=LAST_GRACE)


@contextmanager
def cluster_object(run: Run, manifest: Object) -> Iterator[None]:
    """Create a cluster-scoped object for the duration of the block; its kind must be one that cleanup looks for
    (:data:`kubeskeptic.undo.leftovers.CLUSTER_OBJECTS`).

    :raises Refused: when this cluster does not allow it; nothing was created
    :raises Conflict: when an object of this name already exists
    """
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    run.site.guard.permit(Risk.CONTROL_PLANE, f"{kind} {name}")
    labels = {**manifest["metadata"].get("labels", {}), **ours(run.id)}
    run.kube.create(manifest | {"metadata": manifest["metadata"] | {"labels": labels}})
    try:
        yield
    finally:
        try:
            delete_and_wait(run.kube, kind, name)
        except SkepticError as stuck:
            run.site.left.append(f"{kind} {name}: {stuck}")
            raise
