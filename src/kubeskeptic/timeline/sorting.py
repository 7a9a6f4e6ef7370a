"""Sorts the records of a journal into recordings, one by one, in the order in which they were written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from kubeskeptic.durations import CLOCK_DOUBT
from kubeskeptic.journal import Record
from kubeskeptic.journal.kinds import wrong_field
from kubeskeptic.settings import Settings
from kubeskeptic.timeline import batches
from kubeskeptic.timeline.causes import aged
from kubeskeptic.timeline.consistency import Consistency
from kubeskeptic.timeline.contradictions import contradictions, overlapping
from kubeskeptic.timeline.damage import DamageByScenario, scenarios_of
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.observers import Observers
from kubeskeptic.timeline.recording import ActSpan, Change, Gap, Recording, Taken
from kubeskeptic.timeline.run_evidence import RunEvidence
from kubeskeptic.timeline.run_record import merged
from kubeskeptic.timeline.samples import Lane, SampleColumns

_MISSHAPEN = (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError, RecursionError)
"""Errors that a malformed record can raise even though its fields passed validation."""


class Sorter:
    """Takes in records and keeps the evidence of a run. A faulty record counts as damage to its scenario."""

    def __init__(self) -> None:
        self.evidence = RunEvidence({}, None, Settings({}), {}, [], [], [], 0)
        self._damage = DamageByScenario()
        self._under_way: dict[str, None] = {}
        self._touched: dict[str, None] = {}
        self._ticks: dict[str, dict[tuple[str, str], dict[Any, batches.Ticks]]] = defaultdict(dict)
        """By scenario, (node, probe) and process of the agent."""
        self._impossible: dict[str, list[str]] = {}
        """Contradictions, by scenario."""
        self._gaps: dict[str, list[Gap]] = defaultdict(list)
        """By scenario; under the empty string, gaps without a scenario, which count for all scenarios that they overlap."""
        self._observers = Observers(self.evidence.realtime)
        self._consistency = Consistency()
        self._line = 0
        self._take: dict[str, Callable[[Record], None]] = {
            "run": self._run,
            "run-ended": partial(setattr, self.evidence, "ended"),
            "scenario": self._scenario,
            "fact": self._fact,
            "seen": self._seen,
            "act": self._act,
            "evidence": self._evidence,
            "fault": self._fault,
            "probe": self._probe,
            "samples": self._samples,
            "gap": self._gap,
            **self._observers.takes,
            "change": self._change,
            "instrument": self.evidence.instrument.append,
            "finding": self.evidence.findings.append,
            "sabotage": self.evidence.sabotages.append,
        }

    @property
    def kinds(self) -> Iterable[str]:
        """The kinds of records that are handled."""
        return self._take.keys()

    def take(self, record: Record, line: int) -> None:
        """Sort one record into the evidence. Kinds from later versions are ignored.

        :param line: its line number in the file, for messages
        """
        self._line = line
        handler = self._take.get(record["kind"])
        if handler is None:
            return
        try:
            wrong = wrong_field(record)
            if not wrong:
                handler(record)
                wrong = self._consistency.wrong(record)
        except _MISSHAPEN as error:
            wrong = f"its {record['kind']} record cannot be read: {error}"
        if wrong:
            self._wrong(wrong, scenarios_of(record))

    def damaged(self, why: str, about: Record) -> None:
        """Note that the journal is damaged here.

        The damage counts for the scenarios under way and for the one named in the damaged line. If there are none, it may
        concern the run as a whole, and counts for all later scenarios.
        """
        self._damage.note(why, [*self._under_way, *scenarios_of(about)])

    def settle(self) -> None:
        """Sort what was added since the last call, and copy the data of the run into each recording."""
        touched, self._touched = self._touched, {}
        for name, recording in ((one, self.evidence.scenarios[one]) for one in touched):
            for lane in recording.lanes.values():
                lane.sort()
            recording.changes.sort(key=lambda change: change.seen)
            try:
                recording.changes = aged(recording.changes)
            except _MISSHAPEN as error:
                self._damage.note(f"an API object cannot be read: {type(error).__name__}: {error}", [name])
            stray = [gap for gap in self._gaps[""] if gap.touches(recording.started, recording.ended or float("inf"))]
            recording.gaps = sorted(self._gaps[name] + (stray if name else []), key=lambda gap: gap.since)
        self.evidence.damage = self._damage.whole()
        for name, recording in self.evidence.scenarios.items():
            self.evidence.fill(recording)
            self._observers.fill(recording)
            if name in touched:
                self._impossible[name] = [*contradictions(recording), *overlapping(self._ticks[name])]
            recording.damage = self._damage.of(name, self._impossible.get(name, ()))

    # -- damage --------------------------------------------------------------------------------------------------------
    def _wrong(self, why: str, scenarios: Iterable[str] = ()) -> None:
        """Note a fault of the current record, for the given scenarios or else for those under way."""
        self._damage.note(f"line {self._line} of the journal: {why}", list(scenarios) or list(self._under_way))

    # -- one kind of record each ---------------------------------------------------------------------------------------
    def _recording(self, record: Record, key: str = "scenario") -> Recording:
        name = str(record.get(key) or "")
        if name not in self.evidence.scenarios:
            self.evidence.scenarios[name] = Recording(name)
            if name:
                self._under_way[name] = None
                self._damage.begin(name)
        self._touched[name] = None
        return self.evidence.scenarios[name]

    def _run(self, record: Record) -> None:
        self.evidence.run, wrong = merged(self.evidence.run, record)
        settings, unread = (self.evidence.run.get(name) or {} for name in ("settings", "unread"))
        self.evidence.settings = Settings.from_record(settings, **unread)
        for why in wrong:
            self._wrong(why, [*self._under_way, ""])

    def _scenario(self, record: Record) -> None:
        recording = self._recording(record, "id")
        if record["phase"] == "start":
            if recording.started:
                self._wrong(f"it begins {recording.id} a second time", [recording.id])
                return
            recording.namespace, recording.test = (str(record.get(name) or "") for name in ("namespace", "test"))
            recording.started = record["at"]
            recording.asked = tuple(record["acts"]) if "acts" in record else None
            self._under_way[recording.id] = None
        else:
            recording.ended = record["at"]
            recording.irreducible = record.get("irreducible")
            recording.broke_off = record.get("why") or ""
            self._under_way.pop(recording.id, None)

    def _fact(self, record: Record) -> None:
        self._recording(record).facts[record["name"]] = record["value"]

    def _seen(self, record: Record) -> None:
        recording = self._recording(record)
        for cell in recording.see(record["table"], record["cells"], record["at"], record.get("act") or ""):
            self._wrong(f"it has another value of “{cell}” in the table “{record['table']}”", [recording.id])

    def _evidence(self, record: Record) -> None:
        missing = tuple(record.get("missing") or ())
        taken = Taken(record["at"], record["act"], record["before"], record["folder"], record["files"], missing)
        self._recording(record).evidence.append(taken)

    def _act(self, record: Record) -> None:
        act = self._recording(record).acts.setdefault(record["act"], ActSpan(record["act"]))
        if act.reach(record["phase"], record["at"]):
            act.faults, act.waited = (record.get(name, getattr(act, name)) for name in ("faults", "waited"))
        else:
            self._wrong(f"it plays “{act.name}” a second time", [self._recording(record).id])

    def _fault(self, record: Record) -> None:
        faults = self._recording(record).faults
        span = next((fault for fault in faults if fault.id == record["id"]), None)
        if span is None:
            span = FaultSpan(record["id"], record.get("fault") or "", "", record.get("act") or "", ())
            faults.append(span)
        span.take(record)

    def _probe(self, record: Record) -> None:
        recording = self._recording(record)
        if recording.specs.setdefault(record["probe"], record["spec"]) != record["spec"]:
            self._wrong(f"it declares “{record['probe']}” a second time, differently", [recording.id])

    def _gap(self, record: Record) -> None:
        node, probe, resource = (record.get(key) or "" for key in ("node", "probe", "resource"))
        gap = Gap(record["source"], node, probe, resource, record["since"], record.get("until"), record["reason"])
        name = record.get("scenario") or ""
        self._add_gap(gap, name if name in self.evidence.scenarios else "")

    def _add_gap(self, gap: Gap, scenario: str = "") -> None:
        self._gaps[scenario].append(gap)
        self._touched.update(dict.fromkeys([scenario] if scenario else self.evidence.scenarios))

    def _change(self, record: Record) -> None:
        age, written = (float(record.get(name) or 0.0) for name in ("age", "written"))
        told = record["seen"], record["type"], record["resource"], record["object"], age, written
        change = Change(*told, tuple(record.get("by") or ()))
        recording = self._recording(record)
        recording.changes.append(change)
        if recording.namespace and change.namespace not in ("", recording.namespace):
            self._wrong(f"it is about {change.kind} {change.name} of another namespace", [recording.id])

    # -- samples -------------------------------------------------------------------------------------------------------
    def _samples(self, record: Record) -> None:
        self._observers.samples(record)
        parts = list(batches.parts(record))
        if record["error"] > CLOCK_DOUBT:
            self._doubted(record)
            return
        for place, samples in parts:
            probe = record["probes"][place]
            recording = self.evidence.scenarios.get(probe["scenario"])
            if recording and probe["name"] in recording.specs:
                self._part(record, probe, recording, samples)

    def _part(self, record: Record, probe: Record, recording: Recording, samples: SampleColumns) -> None:
        """Add the samples of one probe to its lane."""
        node, name = record["node"], probe["name"]
        lane = recording.lanes.get((node, name)) or Lane(node, name, probe["period"])
        samples = batches.checked(samples, lane, record["names"], record["offset"])
        process = record.get("boot") or record.get("agent"), probe.get("number")
        ticks = self._ticks[recording.id].setdefault((node, name), {}).setdefault(process, batches.Ticks())
        fresh, copies, contradicted = ticks.admit(samples, lane)
        recording.lanes[node, name] = lane
        lane.extend(fresh)
        for why in batches.untimely(fresh, record, probe, recording.specs[name]):
            self._wrong(f"it has samples of “{name}” on {node} {why}", [recording.id])
        lane.doubt = max(lane.doubt, record["error"])
        recording.copies += copies
        self._touched[recording.id] = None
        if not lane.target:  # the lag is that of the agents; the outside probe is a different instrument
            self.evidence.tick_lag.add(batches.lateness(fresh, probe, record["offset"]))
        if contradicted:
            more = f" and {len(contradicted) - 1} more" if len(contradicted) > 1 else ""
            told = f"it has another sample of tick {min(contradicted)}{more} of “{name}” on {node}"
            self._wrong(told, [recording.id])

    def _doubted(self, record: Record) -> None:
        """Note samples as a gap if their clock is not known well enough to compare them with the times of a fault."""
        sent = [at + record["offset"] for at in record["sent"]]
        if sent:
            why = f"the clock of its agent is uncertain by {record['error']:.2f} s"
            self._add_gap(Gap("probe", record["node"], "", "", min(sent), max(sent), why))
