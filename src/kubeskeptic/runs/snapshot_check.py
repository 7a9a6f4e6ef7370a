"""The comparison of the cluster at the end of a run with the cluster at its start.

It is made however the run ended: by an instrument that was not proven, an interrupt, or any error. A cluster that could not
be inspected is neither clean nor dirty: ``clean`` is then null in the journal's ``run-ended`` record. The record has the
reason in either case.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kubeskeptic.errors import LeftDirty, Refused, SkepticError
from kubeskeptic.guard.risk import Risk
from kubeskeptic.runs.model import Run
from kubeskeptic.undo.snapshot import Snapshot, differences, take


@contextmanager
def unchanged(run: Run, *, changing: bool = False) -> Iterator[None]:
    """Take a snapshot before the block, and raise LeftDirty when the cluster differs from it afterwards.

    :param changing: whether the block is meant to change the cluster: differences are then recorded, not raised

    An error of the block propagates unless one of the following outranks it, and is then its cause and part of its message.

    :raises LeftDirty: with the differences, and with what could not be undone
    :raises Refused: when the context now leads to another cluster, or another run has taken over the cluster
    :raises SkepticError: when the cluster could not be inspected, and the block raised nothing
    :raises DiskFull: when the end of the run cannot be recorded, and the block raised nothing
    """
    before = take(run.site)
    try:
        yield
    except BaseException as under_way:
        _end(run, before, under_way, changing=changing)
        raise
    _end(run, before, None, changing=changing)


def _end(run: Run, before: Snapshot, under_way: BaseException | None, *, changing: bool = False) -> None:
    """Compare, write the ``run-ended`` record, and raise the error that results, if any."""
    differ, blind = _look(run, before)
    trouble = [*run.site.left, *([] if changing else differ)]
    clean = False if trouble else None if blind else True
    unseen = f"cannot check whether the cluster is unchanged: {_sentence(blind)}" if blind else ""
    said = "; ".join([*trouble, *([unseen] if unseen else [])])
    unwritten = _written(run, clean=clean, why=said, **({"changed": differ} if changing else {}))
    earlier = f". Before that: {_sentence(under_way)}" if under_way else ""
    if trouble:
        raise LeftDirty(f"the cluster was left changed: {said}. Run `skeptic cleanup`{earlier}") from under_way or blind
    if isinstance(blind, Refused) and not isinstance(under_way, Refused):
        raise Refused(f"{unseen}{earlier}") from under_way or blind
    if blind and not isinstance(blind, Exception):
        raise blind
    if blind and under_way is None:
        raise SkepticError(unseen) from blind
    if blind:
        print(unseen, file=sys.stderr)
    if unwritten and under_way is None:
        raise unwritten


def _written(run: Run, **ended: object) -> OSError | None:
    """Record how the run ended; return the error that prevented this, instead of raising it, so that it hides no worse one."""
    try:
        run.journal.write("run-ended", sync=True, **ended)
    except OSError as full:
        return full
    return None


def _look(run: Run, before: Snapshot) -> tuple[list[str], BaseException | None]:
    """Return the differences, and the error that prevented the comparison."""
    try:
        run.site.guard.permit(Risk.READ_ONLY, "the comparison")  # another cluster's differences are not this run's
        return differences(before, take(run.site)), None
    except BaseException as blind:  # noqa: BLE001  # an interrupt as well: it is written to the journal first
        return [], blind


def _sentence(error: BaseException | None) -> str:
    """Return an error as a sentence, with its type unless this library raises it on purpose."""
    return str(error) if isinstance(error, SkepticError) else f"{type(error).__name__}: {error}".rstrip(": ")
