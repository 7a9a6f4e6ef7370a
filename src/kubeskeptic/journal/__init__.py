"""The journal: append-only evidence, written before anything is judged.

One file of JSON lines. A line is a record between the fields that prove the journal whole::

    {"run": "20261125-2130-4f1c", "n": 17, "at": 1795461480.2, "kind": "act", …, "crc": "89abcdef"}

``n`` numbers the lines of the file, whichever process writes them; ``crc`` is the CRC-32 of the line in front of it. ``at`` is
Unix time in seconds on the harness's clock. The kinds of records and their fields are in :mod:`kubeskeptic.journal.kinds`.
A process that is killed at any byte leaves at most one torn line, at the end.
"""

from kubeskeptic.journal.file import Journal, Record
from kubeskeptic.journal.reading import Damage, JournalReader, Torn, read

__all__ = ["Damage", "Journal", "JournalReader", "Record", "Torn", "read"]
