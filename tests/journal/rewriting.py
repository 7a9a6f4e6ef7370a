"""Journals that say something else, for tests of what must not be believed: the lie is in the content, the file is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from kubeskeptic.journal import Damage, Journal, Record, Torn, read

Change = Callable[[Record], Iterable[Record]]
"""What is written in place of a record: itself, another, several, or none."""


def rewritten(journal: Path, target: Path, change: Change, run: str = "") -> Path:
    """Write a journal anew with changed records. Lines are numbered and sealed as by the run that wrote them.

    :param run: the id of the run in the frame of each line; by default the one in its first ``run`` record
    """
    records = list(read(journal))
    known = next((str(one["id"]) for one in records if one["kind"] == "run"), "rewritten")
    with closing(Journal(target, run=run or known)) as new:
        for record in records:
            if not isinstance(record, Damage | Torn):
                for one in change(record):
                    new.write(**one)
    return target
