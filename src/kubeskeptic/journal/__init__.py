"""The journal: append-only evidence, written before anything is judged.

It is one file of JSON lines. Each line is a record, framed by the fields that prove the journal complete and unaltered::

    {"run": "20261125-2130-4f1c", "n": 17, "at": 1795461480.2, "kind": "act", …, "crc": "89abcdef"}

``n`` numbers the lines of the file across all processes that write it; ``crc`` is the CRC-32 of everything before it on the
line. ``at`` is Unix time in seconds on the harness's clock. The kinds of records and their fields are listed in
:mod:`kubeskeptic.journal.kinds`. A process killed at any byte leaves at most one torn line, at the end.
"""

from kubeskeptic.journal.file import Journal, Record
from kubeskeptic.journal.reading import Damage, JournalReader, Torn, read

__all__ = ["Damage", "Journal", "JournalReader", "Record", "Torn", "read"]
