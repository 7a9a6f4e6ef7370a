"""The cluster is at the end of a run what it was at its start, or the run says what differs.

On every way out somebody looks: also when the instrument was not right, when an interrupt came, when anything broke off. What
nobody could look at is neither clean nor dirty: the journal's ``run-ended`` then has ``clean`` null, and the reason.
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
def unchanged(run: Run) -> Iterator[None]:
    """Nodes, taints, rules, routes and manifests are at the end what they were at the start.

    An error that is under way goes on up, unless one of these outranks it; it is then the cause, and told as well.

    :raises LeftDirty: naming the difference, and what could not be undone
    :raises Refused: when another cluster is behind the context by then, or another run holds ours
    :raises SkepticError: when nobody could look, and nothing else is under way
    :raises DiskFull: when that cannot be written down, and nothing else is under way
    """
    before = take(run.site)
    try:
        yield
    except BaseException as under_way:
        _end(run, before, under_way)
        raise
    _end(run, before, None)


def _end(run: Run, before: Snapshot, under_way: BaseException | None) -> None:
    """Look, write down what was seen, and raise what has to be."""
    differ, blind = _look(run, before)
    trouble = [*run.site.left, *differ]
    clean = False if trouble else None if blind else True
    unseen = f"nobody could look whether the cluster is as it was: {_said(blind)}" if blind else ""
    unwritten = _written(run, clean=clean, why=unseen)
    earlier = f". Before that: {_said(under_way)}" if under_way else ""
    if trouble:
        said = "; ".join([*trouble, *([unseen] if unseen else [])])
        raise LeftDirty(f"the cluster is not as it was: {said}. Run `skeptic cleanup`{earlier}") from under_way or blind
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
    """Write down how the run ended; why that was not possible, which hides nothing that is worse."""
    try:
        run.journal.write("run-ended", sync=True, **ended)
    except OSError as full:
        return full
    return None


def _look(run: Run, before: Snapshot) -> tuple[list[str], BaseException | None]:
    """What is not as it was, and why nobody could see that."""
    try:
        run.site.guard.permit(Risk.READ_ONLY, "look")  # what differs in another's cluster is not our doing
        return differences(before, take(run.site)), None
    except BaseException as blind:  # noqa: BLE001  # an interrupt too: that nobody looked has to be written down first
        return [], blind


def _said(error: BaseException | None) -> str:
    """An error as a sentence of its own; what is none of ours has its kind before it."""
    return str(error) if isinstance(error, SkepticError) else f"{type(error).__name__}: {error}".rstrip(": ")
