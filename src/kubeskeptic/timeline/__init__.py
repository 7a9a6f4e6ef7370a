"""The timeline: the events that a journal records, in order, on one clock. Pure: no cluster, no waiting."""

from kubeskeptic.timeline.act import Act
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.loading import JournalFollower, load
from kubeskeptic.timeline.outages import Outage, outages
from kubeskeptic.timeline.recording import ActSpan, Change, Gap, Recording
from kubeskeptic.timeline.run_evidence import RunEvidence
from kubeskeptic.timeline.samples import Lane, Sample

__all__ = [
    "Act",
    "ActSpan",
    "Change",
    "FaultSpan",
    "Gap",
    "JournalFollower",
    "Lane",
    "Outage",
    "Recording",
    "RunEvidence",
    "Sample",
    "load",
    "outages",
]
