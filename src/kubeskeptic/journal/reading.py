"""Reading the journal's file, from its beginning or from where the last read ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

from kubeskeptic.errors import BadInput
from kubeskeptic.journal.file import CHECKSUM, NUMBER, RUN, Record, sealed

_SEAL = len(f',"{CHECKSUM}":"00000000"}}')


class Torn(dict[str, Any]):
    """Stands for a truncated last line: ``{"kind": "torn", "line": number, "bytes": length}``."""


class Damage(dict[str, Any]):
    """Stands for a fault in a line, or for lines missing before it: ``{"kind": "damage", "why": sentence, "line": number}``.

    ``about`` is the line's record, as far as it can be trusted; it names the scenario affected.
    """


@dataclass
class _Numbers:
    """The line numbers seen so far."""

    last: int = 0
    missing: list[range] = field(default_factory=list)
    late: set[int] = field(default_factory=set)

    def skip_to(self, number: int) -> str:
        """Take in a number beyond the last one, and return the numbers missing before it, as the start of a sentence."""
        gap = range(self.last + 1, number)
        self.last = number
        if not gap:
            return ""
        self.missing.append(gap)
        return f"number {gap[0]} is" if len(gap) == 1 else f"numbers {gap[0]} to {gap[-1]} are"

    def fill(self, number: int) -> bool:
        """Take in a number that is not beyond the last one, and return whether it was missing."""
        missing = number not in self.late and any(number in gap for gap in self.missing)
        self.late.add(number)
        return missing


class JournalReader:
    """Reads a journal, and later what was added since. A line that is still being written is left for the next read.

    :param path: the file; it is opened for each read
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0
        """Number, in the file, of the line read last."""
        self.unfinished = 0
        """Bytes of a last line that is truncated or not finished yet."""
        self.numbered: bool | None = None
        """Whether the journal's lines carry numbers and checksums; None before its first record."""
        self._position = 0
        self._run: str | None = None
        self._numbers = _Numbers()

    def new(self) -> Iterator[Record | Damage]:
        """Yield the records since the last call in file order, each preceded by any damage found before it.

        Lines that were altered, are duplicates, or come from another run yield damage only.

        :raises BadInput: when the file does not exist or cannot be read
        """
        with _opened(self.path) as file:
            if file.seek(0, SEEK_END) < self._position:
                yield self._damage("is gone: the file is shorter than it was")
            file.seek(self._position)
            for line in file:
                record = _parsed(line)
                self.unfinished = 0
                if record is None and not line.endswith(b"\n"):
                    self.unfinished = len(line)
                    return
                self._position += len(line)
                self.line += 1
                if line != b"\n":
                    yield from self._checked(line, record)

    def _checked(self, line: bytes, record: Record | None) -> Iterator[Record | Damage]:
        if record is None:
            yield self._damage("is not a complete record")
            return
        if self.numbered is False and NUMBER in record:
            yield self._damage("is numbered, unlike the lines before it")
        self.numbered = self.numbered or NUMBER in record
        if not self.numbered:
            yield record
            return
        whole = _whole(line, record)
        run, number = record.pop(RUN, ""), record.pop(NUMBER, None)
        record.pop(CHECKSUM, None)
        if not whole or not isinstance(number, int):
            yield self._damage("was altered: its checksum is wrong or missing")
        elif run != (self._run if self._run is not None else run):
            yield self._damage(f"belongs to run {run or 'unknown'}, not to run {self._run or 'unknown'}")
        else:
            self._run = run
            if run and record["kind"] == "run" and record.get("id") != run:
                yield self._damage(f"describes the run {record.get('id')}, and belongs to run {run}")
            yield from self._in_order(number, record)

    def _in_order(self, number: int, record: Record) -> Iterator[Record | Damage]:
        if number > self._numbers.last:
            missing = self._numbers.skip_to(number)
            if missing:
                yield self._damage(f"follows a gap: {missing} missing")
            yield record
        elif self._numbers.fill(number):
            yield self._damage(f"is out of order: number {number} after number {self._numbers.last}", record)
            yield record
        else:
            yield self._damage(f"is a duplicate: number {number} appeared before", record)

    def _damage(self, why: str, about: Record | None = None) -> Damage:
        return Damage(
            kind="damage", at=0.0, line=self.line, why=f"line {self.line} of the journal {why}", about=about or {}
        )


def read(path: Path) -> Iterator[Record | Damage | Torn]:
    """Yield all records of a journal in file order with its :class:`Damage`, and :class:`Torn` when its end is truncated.

    :raises BadInput: when the file does not exist or cannot be read
    """
    reader = JournalReader(path)
    yield from reader.new()
    if reader.unfinished:
        yield Torn(kind="torn", at=0.0, line=reader.line + 1, bytes=reader.unfinished)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise BadInput(f"there is no journal at {path}: name a run's folder or its id") from error
    except IsADirectoryError as error:
        raise BadInput(f"{path} is a folder, not a journal") from error
    except OSError as error:
        raise BadInput(f"the journal {path} cannot be read: {error.strerror}") from error


def _parsed(line: bytes) -> Record | None:
    """Return the record of a line, or None when the line is not a record."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("kind"), str) else None


def _whole(line: bytes, record: Record) -> bool:
    """Return whether a line is as written, or has the same content in another layout, as after a JSON tool."""
    checksum = record.get(CHECKSUM)
    if checksum == f"{crc32(line.rstrip()[:-_SEAL]):08x}":
        return True
    kept = {key: value for key, value in record.items() if key not in (RUN, NUMBER, CHECKSUM)}
    again = sealed(kept, record.get(RUN, ""), record.get(NUMBER, 0))
    return again.endswith(f'"{checksum}"}}'.encode())
