"""Objects of a scenario outside of any namespace: made with our labels, and seen to be gone before its namespace goes."""

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
    """An object without a namespace for as long as the block runs; its kind is one that cleanup looks for
    (:data:`kubeskeptic.undo.leftovers.CLUSTER_OBJECTS`).

    :raises Refused: when this cluster does not allow it; nothing was made
    :raises Conflict: when there is one of this name already
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
