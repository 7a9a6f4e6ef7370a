"""Writing the journal's file."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from kubeskeptic.durations import JOURNAL_LOCK
from kubeskeptic.errors import PatienceExhausted
from kubeskeptic.redaction import redact
from kubeskeptic.waiting import until

Record = dict[str, Any]

RUN, NUMBER, CHECKSUM = "run", "n", "crc"
"""The fields that prove a line intact: they frame each record and are not part of it."""
_CHUNK = 64 * 1024
_LOCK_PERIOD = 0.002


class Journal:
    """Appends records to one file. Safe to use from several threads and several processes at a time.

    Lines are numbered through the whole file. Each record is therefore written under the file's lock, after checking what
    other processes have appended since this writer's last record. Its time is taken under the same lock: lines are in the order
    of their times. A file begun without numbers stays unnumbered.

    :param path: the file; its folder must exist
    :param clock: Unix time in seconds
    :param run: id of the run; by default the id in the file's last line
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time, *, run: str = "") -> None:
        self.path = path
        self.run = run
        self._clock = clock
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._end = 0
        """Size of the file after this writer's last line."""
        self._number = 0
        """Number of the last line, by any writer; unused in a file without numbers."""
        self._numbered = True
        self._torn = False
        """Whether the file ends within a line, left behind by a killed writer."""

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:
        """Append one record and return it.

        :param sync: wait until the record is on disk, as for the intent of a fault
        :raises OSError: when it cannot be written, as on a full disk; the file is then as before
        """
        fields = redact(fields)
        with self._lock:
            with _locked(self._file) as alone:
                record: Record = {"at": self._clock(), "kind": kind, **fields}
                self._catch_up()
                self._append(record, alone=alone)
            if sync:
                os.fsync(self._file)
        return record

    def close(self) -> None:
        """Flush to disk and close. Writing afterwards is an error."""
        with self._lock:
            os.fsync(self._file)
            os.close(self._file)

    def _append(self, record: Record, *, alone: bool) -> None:
        line = sealed(record, self.run, self._number + 1) if self._numbered else dumps(record)
        left = memoryview((b"\n" if self._torn else b"") + line + b"\n")
        end = self._end + len(left)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            # half a line is damage to every reader; if it cannot be removed, the next record begins a new line
            if alone:
                with suppress(OSError):
                    os.ftruncate(self._file, self._end)
            raise
        self._end, self._number, self._torn = end, self._number + 1, False

    def _catch_up(self) -> None:
        """Take in what was written to the file since this writer's last line."""
        size = os.fstat(self._file).st_size
        if size == self._end:
            return
        last, self._torn = _last_record(self._file, size)
        self._end, self._number = size, last.get(NUMBER, 0)
        self._numbered = not last or NUMBER in last
        self.run = self.run or last.get(RUN, "")


def dumps(record: Record) -> bytes:
    """Return a record as one line of JSON, without the newline."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()


def sealed(record: Record, run: str, number: int) -> bytes:
    """Return a record as a numbered line that ends with a checksum of everything before it."""
    framed = dumps({RUN: run, NUMBER: number, **record})[:-1]
    return b'%s,"%s":"%08x"}' % (framed, CHECKSUM.encode(), crc32(framed))


@contextmanager
def _locked(file: int) -> Iterator[bool]:
    """Hold the file's lock and yield whether it is held.

    A process stopped while it holds the lock must not block the process that undoes its faults. After
    :data:`~kubeskeptic.durations.JOURNAL_LOCK`, and on file systems without locks, the record is written without the lock.
    """
    held = False
    try:
        until(
            lambda: _lock(file),
            JOURNAL_LOCK,
            what="the journal's lock",
            tolerate=(BlockingIOError,),
            period=_LOCK_PERIOD,
        )
        held = True
    except (PatienceExhausted, OSError):
        pass
    try:
        yield held
    finally:
        if held:
            fcntl.flock(file, fcntl.LOCK_UN)


def _lock(file: int) -> bool:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True


def _last_record(file: int, size: int) -> tuple[Record, bool]:
    """Return the last complete record of a file, empty when it has none, and whether the file ends within a line."""
    tail, start = b"", size
    while start:
        start = max(0, start - max(_CHUNK, len(tail)))
        tail = os.pread(file, size - start, start)
        lines = tail.split(b"\n")
        for line in reversed(lines if start == 0 else lines[1:]):
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict) and isinstance(record.get(NUMBER, 0), int):
                return record, not tail.endswith(b"\n")
    return {}, bool(tail) and not tail.endswith(b"\n")
