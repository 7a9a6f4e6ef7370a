"""The ``by`` of a sample: a text that names who answered, in one of two formats.

=====================  ==============================================================================================
a workload             ``namespace/name/uid`` of the pod, and ``/address`` of the client as the server saw it, if asked for
a name server          ``records|rcode|ttl``: the records of the asked type in text form, sorted and joined by commas;
                       ttl in seconds, empty if the answer has none
nothing, or a kernel   empty
=====================  ==============================================================================================

A field that is missing in the answer is empty. A text in another format (data of a run with an older agent) is read as a
pod's name, or as a set of records.
"""

from __future__ import annotations

from typing import NamedTuple


class AnsweringPod(NamedTuple):
    """The pod that answered, as it identifies itself.

    ``peer`` is the client's address as the pod saw it; empty if the probe did not ask for it.
    """

    namespace: str
    name: str
    uid: str
    peer: str = ""

    @classmethod
    def of(cls, by: str) -> AnsweringPod:
        """Return the pod that a sample's ``by`` names."""
        parts = by.split("/")
        return cls(*parts) if len(parts) in (3, 4) else cls("", by, "")

    @classmethod
    def said(cls, *fields: object) -> AnsweringPod:
        """Return the pod with these fields of an answer, whatever their values; a slash in a field is replaced."""
        return cls(*(str(field or "").replace("/", "?") for field in fields))

    def __str__(self) -> str:
        text = f"{self.namespace}/{self.name}/{self.uid}"
        return f"{text}/{self.peer}" if self.peer else text


class DnsAnswer(NamedTuple):
    """The answer of a name server. ``ttl`` is in seconds: of the records, or of the denial (RFC 2308); None if absent."""

    records: tuple[str, ...]
    rcode: str = "NOERROR"
    ttl: int | None = None

    @classmethod
    def of(cls, by: str) -> DnsAnswer:
        """Return the answer that a sample's ``by`` describes."""
        records, _, rest = by.partition("|")
        rcode, _, ttl = rest.partition("|")
        return cls(tuple(records.split(",")) if records else (), rcode or "NOERROR", int(ttl) if ttl else None)

    def __str__(self) -> str:
        ttl = "" if self.ttl is None else self.ttl
        return f"{','.join(self.records)}|{self.rcode}|{ttl}"
