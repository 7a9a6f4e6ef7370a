"""How the journal's file is opened, and its lock waited for."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from kubeskeptic.journal import Journal
from tests.journal.facts import full_disk, written


@pytest.mark.parametrize("times", [1, 3])
def test_a_lock_that_another_writer_holds_for_a_moment_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    written(path, "a")
    journal, write, flock = Journal(path), os.write, fcntl.flock
    held, room = [True] * times, [10]

    def busy(to: int, how: int) -> None:
        if held and how != fcntl.LOCK_UN:
            held.pop()
            raise BlockingIOError(errno.EWOULDBLOCK, "Resource temporarily unavailable")
        flock(to, how)

    with monkeypatch.context() as context:
        context.setattr("kubeskeptic.journal.file.fcntl.flock", busy)
        context.setattr(
            "kubeskeptic.journal.file.os.write",
            lambda to, data: write(to, data[: room.pop()]) if room else full_disk(),
        )
        with pytest.raises(OSError, match="No space"):
            journal.write("fact", name="b", value=1)
    assert held == []
    assert path.read_bytes().endswith(b"\n"), "half a line was cut off, as by a writer that is alone"
    journal.close()


def test_a_journal_is_not_handed_on_to_other_programs_and_whoever_writes_it_can_read_it(path: Path) -> None:
    flags: list[tuple[int, int]] = []
    opens = os.open

    def seen(name: Path, flag: int, mode: int) -> int:
        flags.append((flag, mode))
        return opens(name, flag, mode)

    with pytest.MonkeyPatch.context() as context:
        context.setattr("kubeskeptic.journal.file.os.open", seen)
        written(path, "a")
    ((flag, mode),) = flags
    assert flag == os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    assert mode == 0o600
