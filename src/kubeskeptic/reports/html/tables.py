"""Tables and lists of a case: what its timeline shows, in exact numbers and for those who cannot see it, and what was done."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from kubeskeptic.reports.drawing.scene import LaneRow, Scene
from kubeskeptic.reports.html.markup import Markup, Piece, el, join, table
from kubeskeptic.reports.wording import after, count, number, plain
from kubeskeptic.timeline import FaultSpan, Gap, Outage

MOST_OUTAGES = 40
"""Maximum number of rows; longer tables are not read, and the longest outages matter most."""
MOST_EVENTS = 60
"""Maximum number of rows for API changes."""


def outage_tables(scene: Scene, *, stale: bool = False) -> Markup | None:
    """Return tables of each node's requests, of outages and of gaps; None when there are no lanes.

    :param stale: whether some failures are by stale conntrack entries, which the case's bounds count separately
    """
    if not scene.rows:
        return None
    outages = [outage for row in scene.rows for outage in row.outages]
    names = {row.node: row.name for row in scene.rows}
    return join(
        table("What each node saw", ["node", "probe", "asked", "failed", "outages", "longest"], _per_row(scene)),
        _outages(scene, outages, names, _TOGETHER + (_STALE if stale else "")),
        _gaps(scene),
    )


def event_table(scene: Scene) -> Markup | None:
    """Return the table of API changes; None when nothing changed."""
    told = scene.events(within=0.3)
    if not told:
        return None
    rows: list[list[Piece]] = [
        [after(event.at - scene.zero), event.says, ", ".join(event.names) if len(event.names) > 1 else ""]
        for event in told[:MOST_EVENTS]
    ]
    more = (
        el("p", f"{count(len(told) - MOST_EVENTS, 'later change')} left out.", class_="note")
        if len(told) > MOST_EVENTS
        else None
    )
    return join(table(f"API changes, seconds since {scene.zero_is}", ["seen", "what", "objects"], rows), more)


def _per_row(scene: Scene) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for row in scene.rows:
        asked = _asked(scene, row)
        failed = sum(outage.failed for outage in row.outages)
        share = f" ({failed / asked * 100:.1f} %)" if asked and failed else ""
        longest = max((outage.seconds for outage in row.outages), default=0.0)
        cells = [
            number(asked),
            f"{number(failed)}{share}",
            number(len(row.outages)),
            _lasted(longest) if longest else "–",
        ]
        rows.append([row.name + ("" if row.judged else " (not judged)"), row.probe, *cells])
    return rows


def _asked(scene: Scene, row: LaneRow) -> int:
    if row.lane is None:
        return 0
    return bisect_left(row.lane.sent, scene.until) - bisect_left(row.lane.sent, scene.since)


_TOGETHER = "Outages: failures less than a second apart count as one"
_STALE = ". Failures by stale conntrack entries are included; bounds count them separately."


def _outages(scene: Scene, outages: list[Outage], names: dict[str, str], caption: str) -> Markup:
    if not outages:
        return el("p", "No outage: no request failed in the time shown.", class_="note")
    longest = sorted(outages, key=lambda outage: -outage.seconds)[:MOST_OUTAGES]
    worst = longest[0]
    rows = [_outage(scene, outage, names, outage is worst) for outage in sorted(longest, key=lambda o: o.start)]
    head = ["node", "probe", f"since {scene.zero_is}", "length", "failed of asked", "how"]
    left_out = len(outages) - len(longest)
    more = el("p", f"{count(left_out, 'shorter one')} left out.", class_="note") if left_out else None
    return join(table(caption, head, rows), more)


def _outage(scene: Scene, outage: Outage, names: dict[str, str], worst: bool) -> list[Piece]:
    how = ", ".join(f"{number(many)} {outcome}" for outcome, many in outage.outcomes.most_common())
    lasted = _lasted(outage.seconds) + (" or more" if outage.open else "")
    return [
        names.get(outage.node, outage.node),
        outage.probe,
        after(outage.start - scene.zero),
        el("strong", lasted, " (longest)") if worst else lasted,
        f"{number(outage.failed)} of {number(outage.asked)}",
        how,
    ]


def _lasted(seconds: float) -> str:
    """Return a duration in seconds whatever its size, so that the values of a column can be compared."""
    return after(seconds).removeprefix("+")


def _gaps(scene: Scene) -> Markup | None:
    stretches = [stretch for row in scene.rows for stretch in _stretches(row.gaps)] + _stretches(scene.watch_gaps)
    if not stretches:
        return None
    longest = sorted(stretches, key=_lasts, reverse=True)[:MOST_OUTAGES]
    left_out = len(stretches) - len(longest)
    more = el("p", f"{count(left_out, 'shorter one')} left out.", class_="note") if left_out else None
    names = {row.node: row.name for row in scene.rows}
    rows = [_gap(scene, names, stretch) for stretch in sorted(longest, key=lambda stretch: stretch[0].since)]
    return join(table("Gaps: not observed", ["where", "from", "until", "gaps", "why"], rows), more)


def _stretches(gaps: Sequence[Gap]) -> list[list[Gap]]:
    """Return the gaps in groups: gaps less than a second apart belong together, as outages do."""
    found: list[list[Gap]] = []
    for gap in gaps:
        if found and found[-1][-1].until is not None and gap.since - found[-1][-1].until < 1.0:
            found[-1].append(gap)
        else:
            found.append([gap])
    return found


def _lasts(stretch: list[Gap]) -> float:
    until = stretch[-1].until
    return float("inf") if until is None else until - stretch[0].since


def _gap(scene: Scene, names: dict[str, str], stretch: list[Gap]) -> list[Piece]:
    first, last = stretch[0], stretch[-1]
    where = (
        " ".join(part for part in (names.get(first.node, first.node), first.probe) if part)
        or f"watch of {first.resource}"
    )
    until = "the end" if last.until is None else after(last.until - scene.zero)
    return [where, after(first.since - scene.zero), until, number(len(stretch)), first.reason]


_PHASES = {
    "intent": "intent recorded",
    "armed": "dead man's switch armed",
    "applying": "applying",
    "applied": "applied",
    "bit": "seen to bite",
    "undoing": "undoing",
    "undone": "undone",
    "healed": "seen to have healed",
    "disarmed": "switch disarmed",
    "done": "done",
    "failed": "failed",
}


def fault_steps(scene: Scene) -> Markup | None:
    """Return the faults of a drawing as lists; None when there were none."""
    if not scene.faults:
        return None
    return join(*(_fault(fault, scene.zero) for fault in scene.faults))


def _fault(fault: FaultSpan, zero: float) -> Markup:
    steps = sorted(fault.phases.items(), key=lambda phase: phase[1])
    settings = ", ".join(f"{plain(str(name))} {value}" for name, value in fault.settings.items())
    return el(
        "section",
        el("h5", fault.says or plain(fault.fault)),
        el("p", f"{fault.fault} on {', '.join(fault.targets)}", f" ({settings})" if settings else None, class_="note"),
        el("ol", *(_step(fault, phase, at - zero) for phase, at in steps), class_="steps"),
        class_="deed",
    )


def _step(fault: FaultSpan, phase: str, at: float) -> Markup:
    evidence = fault.evidence.get(phase)
    return el(
        "li",
        el("span", after(at)),
        el("span", _PHASES.get(phase, phase), f": {evidence}" if evidence else None),
    )
