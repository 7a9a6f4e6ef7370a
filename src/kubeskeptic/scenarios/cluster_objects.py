"""A scenario's cluster-scoped objects: created with our labels, and confirmed gone before its namespace is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubeskeptic.errors import SkepticError
from kubeskeptic.guard.risk import Risk
from kubeskeptic.kube.deletion import delete_and_wait
from kubeskeptic.objects import ours
from kubeskeptic.runs import Run
from kubeskeptic.scenarios.manifests import Manifest


@contextmanager
def cluster_object(run: Run, manifest: Manifest) -> Iterator[None]:
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
