"""The ``by`` of a sample: one text that says who or what answered, and its two readings.

=====================  ==============================================================================================
a workload             ``namespace/name/uid`` of the pod, and ``/address`` of the client as the server saw it, where asked
a name server          ``records|rcode|ttl``: the records of the asked type in text form, sorted and joined by commas;
                       ttl in seconds, empty when the answer has none
nothing, or a kernel   empty
=====================  ==============================================================================================

A field that an answer does not have is empty. A text of another shape (the data of a run with an older agent) is read as
a pod's name, or as a set of records.
"""

from __future__ import annotations

from typing import NamedTuple


class AnsweringPod(NamedTuple):
    """The pod that answered, by what it says of itself.

    ``peer`` is the client's address as the pod saw it; empty where the probe did not ask for it.
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
        """Return the pod of these fields as an answer says them, whatever they are; one field stays one field."""
        return cls(*(str(field or "").replace("/", "?") for field in fields))

    def __str__(self) -> str:
        text = f"{self.namespace}/{self.name}/{self.uid}"
        return f"{text}/{self.peer}" if self.peer else text


class DnsAnswer(NamedTuple):
    """The answer of a name server. ``ttl`` is in seconds: of the records, or of the denial (RFC 2308); None when absent."""

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
