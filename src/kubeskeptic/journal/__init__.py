"""The journal: append-only evidence, written before anyone judges.

One file of JSON lines. Every record has ``at`` (Unix time in seconds, harness's clock) and ``kind``; the kinds and their
fields are listed in :mod:`kubeskeptic.journal.kinds`. A record is one ``write`` to a file opened for appending, so that a
process killed at any byte leaves at most one torn line, at the end, which readers skip and report.
"""

from kubeskeptic.journal.file import Journal, Record, Torn, read

__all__ = ["Journal", "Record", "Torn", "read"]
