"""Was a replacement created by the controller of the pod that it replaces? Labels do not show this: anybody may set them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubeskeptic.objects import owner
from kubeskeptic.timeline import Change


def others_made(replaced: Change, fresh: Iterable[Change]) -> Iterator[str]:
    """Yield the new pods that the controller of a pod does not own, one sentence each.

    :param replaced: a change of the pod that they are to replace
    :param fresh: the changes to the new pods
    """
    wanted, told = owner(replaced.object), set[str]()
    for change in fresh:
        if owner(change.object) != wanted and change.uid not in told:
            told.add(change.uid)
            yield f"{change.name} is not owned by the controller of {replaced.name}"
