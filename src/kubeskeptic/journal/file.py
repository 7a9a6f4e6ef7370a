"""Writing and reading the journal's file."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kubeskeptic.errors import BadInput
from kubeskeptic.redaction import redact

Record = dict[str, Any]


class Torn(dict[str, Any]):
    """Stands for a line that is not a whole record: ``{"kind": "torn", "line": number, "bytes": length}``."""


class Journal:
    """Appends records to one file. Safe to use from several threads.

    :param path: the file; its folder must exist
    :param clock: Unix time in seconds
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if path.stat().st_size and not _ends_with_newline(path):
            os.write(self._file, b"\n")  # what a killed writer left behind must not swallow our first record

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:
        """Append one record, and return it.

        :param sync: wait until it is on disk, as for the intent of a fault
        """
        record: Record = redact({"at": self._clock(), "kind": kind, **fields})
        line = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        with self._lock:
            left = memoryview(line)
            while left:
                left = left[os.write(self._file, left) :]
            if sync:
                os.fsync(self._file)
        return record

    def close(self) -> None:
        """Flush to disk and close. Writing afterwards is an error."""
        with self._lock:
            os.fsync(self._file)
            os.close(self._file)


def read(path: Path) -> Iterator[Record | Torn]:
    """All records of a journal in the order they were written; a line that is not a whole record comes as :class:`Torn`.

    :raises BadInput: when there is no such journal
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"there is no journal at {path}: name a run's folder or its id") from error
    with file:
        for number, line in enumerate(file, 1):
            if line == b"\n":
                continue
            try:
                record = json.loads(line)
                if not isinstance(record, dict) or "kind" not in record:
                    raise ValueError("not a record")
            except ValueError:
                record = Torn(kind="torn", at=0.0, line=number, bytes=len(line))
            yield record


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
