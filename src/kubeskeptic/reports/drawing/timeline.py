"""The complete drawing of a scene.

From top to bottom: labels of faults and bounds, one lane per node and probe, a rail with a dot for every API change,
their labels, the axis. The drawing is 960 units wide and designed for about that many pixels.
"""

from __future__ import annotations

from html import escape

from kubeskeptic.reports.api_events import Event
from kubeskeptic.reports.drawing.canvas import HATCH, Axis, Canvas, drawing_colours, place, shape_rules
from kubeskeptic.reports.drawing.labels import Label, Placed
from kubeskeptic.reports.drawing.labels import place as place_labels
from kubeskeptic.reports.drawing.lanes import draw_lane, width_for
from kubeskeptic.reports.drawing.scene import Scene, scene
from kubeskeptic.reports.model import Entry, Report, Section
from kubeskeptic.reports.wording import after, count, length, limit, plain
from kubeskeptic.timeline import FaultSpan

WIDTH = 960.0
NAMES = 132.0
"""Width of the column for the lanes' names, at the left."""
_RIGHT = 950.0
_LINE = 15.0
"""Distance between two rows of labels."""
_GAP_BETWEEN = 9.0
_RAIL = 16.0
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
"""Required in an SVG file; not needed within a page."""


class Timeline:
    """The layout of a scene, computed once; :meth:`svg` renders it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.axis = Axis(scene.since, scene.until, scene.zero, NAMES, _RIGHT)
        self.above = place_labels(_above(scene, self.axis), NAMES, _RIGHT, rows=6)
        self.below = place_labels(_below(scene, self.axis), NAMES, _RIGHT, rows=9)
        period = max((row.lane.period for row in scene.rows if row.lane is not None), default=0.02)
        self.bin = width_for(scene.until - scene.since, period)
        """Width of a bin, in seconds."""
        self.tall = 34.0 if len(scene.rows) <= 4 else 27.0 if len(scene.rows) <= 8 else 20.0
        self.top = 8 + _LINE * _rows(self.above)
        self.rail = self.top + len(scene.rows) * (self.tall + _GAP_BETWEEN) + 2
        self.bottom = self.rail + _RAIL + _LINE * _rows(self.below) + 4
        self.height = self.bottom + 24

    def lane_top(self, at: int) -> float:
        """Return the top of a lane, in units of the drawing."""
        return self.top + at * (self.tall + _GAP_BETWEEN)

    def svg(self, *, says: str, standalone: bool = False) -> str:
        """Return the drawing as SVG; with ``standalone`` it includes its style, for use outside a page.

        :param says: the text alternative
        """
        canvas = Canvas()
        self._background(canvas)
        for at, row in enumerate(self.scene.rows):
            draw_lane(canvas, self.scene, row, self.axis, self.lane_top(at), self.tall, self.bin)
        self._names(canvas)
        self._marks(canvas)
        self._changes(canvas)
        self._ticks(canvas)
        style = f"<style>{drawing_colours()}{shape_rules()}</style><defs>{HATCH}</defs>"
        axis = self.axis
        return (
            f'<svg class="timeline" viewBox="0 0 {place(WIDTH)} {place(self.height)}" '
            + (f'{_NAMESPACE} width="{place(WIDTH)}" height="{place(self.height)}" ' if standalone else "")
            + f'role="img" aria-label="{escape(says)}" data-left="{place(axis.left)}" data-right="{place(axis.right)}" '
            f'data-since="{axis.since - axis.zero:.3f}" data-until="{axis.until - axis.zero:.3f}">'
            + (style if standalone else "")
            + canvas.svg()
            + "</svg>"
        )

    def _background(self, canvas: Canvas) -> None:
        if self.scene.rows:
            canvas.lines([(x, self.top, self.rail - 4) for x, _ in self.axis.ticks()], "t-grid")
        for fault in self.scene.faults:
            x, end = self.axis.x(fault.applied), self.axis.x(_over(fault, self.scene.until))
            canvas.rect(x, self.top - 2, max(end - x, 1.5), self.rail - self.top, "t-fault")

    def _names(self, canvas: Canvas) -> None:
        several = len({row.probe for row in self.scene.rows}) > 1
        for at, row in enumerate(self.scene.rows):
            middle = self.lane_top(at) + self.tall / 2
            more = " · ".join(([row.probe] if several else []) + ([] if row.judged else ["not judged"]))
            two = bool(more) and self.tall > 24
            canvas.text(0, middle + (-1 if two else 4), row.name, "t-node")
            if two:
                canvas.text(0, middle + 12, more, "t-probe")
            elif more:
                canvas.text(NAMES - 8, middle + 4, more, "t-probe", "end")

    def _marks(self, canvas: Canvas) -> None:
        for one in self.above:
            height = self.top - 4 - one.row * _LINE
            canvas.lines([(one.label.x, height - 10, self.rail - 4)], f"t-at {one.label.style}")
            _write(canvas, one, height - 1)

    def _changes(self, canvas: Canvas) -> None:
        middle = self.rail + _RAIL / 2 - 3
        canvas.text(0, middle + 4, "API changes", "t-probe")
        canvas.path(f"M{place(self.axis.left)} {place(middle)}H{place(self.axis.right)}", "t-rail")
        for gap in self.scene.watch_gaps:
            x, end = self.axis.x(gap.since), self.axis.x(self.scene.until if gap.until is None else gap.until)
            says = f"{gap.resource}s not watched: {gap.reason}"
            canvas.rect(x, middle - 4, max(end - x, 1.5), 8, "t-gap-lines", says, ' fill="url(#hatch)"')
        ends = [(one, self.rail + _RAIL + one.row * _LINE + 8) for one in self.below]
        canvas.lines([(one.label.x, middle, end) for one, end in ends], "t-leader")
        for one, end in ends:
            _write(canvas, one, end)
        canvas.dots(map(self._dot, self.scene.events()), middle, "t-dot")

    def _dot(self, event: Event) -> tuple[float, str]:
        when = after(event.at - self.scene.zero)
        names = ", ".join(name for name in event.names[:6] if name not in event.says)
        return self.axis.x(event.at), f"{when}: {event.says}" + (f" ({names})" if names else "")

    def _ticks(self, canvas: Canvas) -> None:
        canvas.path(f"M{place(self.axis.left)} {place(self.bottom)}H{place(self.axis.right)}", "t-axis")
        canvas.text(0, self.bottom + 16, f"s since {self.scene.zero_is}"[:24], "t-probe")
        canvas.lines([(x, self.bottom, self.bottom + 4) for x, _ in self.axis.ticks()], "t-axis")
        for x, text in self.axis.ticks():
            canvas.text(x, self.bottom + 16, text, "t-tick")


def _write(canvas: Canvas, one: Placed, y: float) -> None:
    words, _, when = one.label.text.rpartition("  ")
    x = one.label.x - 4 if one.flipped else one.label.x + 4
    canvas.text(x, y, words, f"t-label {one.label.style}".rstrip(), "end" if one.flipped else "", when=when)


def _above(scene: Scene, axis: Axis) -> list[Label]:
    labels = [
        Label(axis.x(fault.applied), f"{_did(fault)}  {_when(fault, scene)}", 9, "t-did") for fault in scene.faults
    ]
    for name, bound in scene.bounds:
        at = scene.zero + bound.value
        if axis.shows(at):
            labels.append(Label(axis.x(at), f"bound of “{plain(name)}”  {limit(bound)}", 8, "t-bound"))
    return labels


def _when(fault: FaultSpan, scene: Scene) -> str:
    return after(fault.applied - scene.zero) if fault.applied != scene.zero else "0 s"


def _did(fault: FaultSpan) -> str:
    says = fault.says or f"{plain(fault.fault)}: {', '.join(fault.targets)}"
    if len(says) > 72:
        says = f"{plain(fault.fault)} {', '.join(target.rpartition('/')[2] for target in fault.targets)}"
    return says if len(says) <= 72 else f"{says[:71]}…"


def _below(scene: Scene, axis: Axis) -> list[Label]:
    return [
        Label(axis.x(event.at), f"{_clipped(event.says)}  {after(event.at - scene.zero)}", event.matters)
        for event in scene.events()
    ]


def _clipped(says: str) -> str:
    return says if len(says) <= 44 else f"{says[:24]}…{says[-18:]}"


def _over(fault: FaultSpan, until: float) -> float:
    return min(fault.phases.get("healed", fault.phases.get("undone", fault.phases.get("done", until))), until)


def _rows(placed: list[Placed]) -> int:
    return max((one.row for one in placed), default=-1) + 1


def timeline_of(report: Report, entry: Entry) -> Timeline | None:
    """Return the timeline of a finding; None when nothing can be drawn. It is laid out once for all formats."""
    if entry.anchor not in report.drawings:
        drawn = scene(entry, report.scenarios.get(entry.scenario))
        report.drawings[entry.anchor] = Timeline(drawn) if drawn else None
    kept: Timeline | None = report.drawings[entry.anchor]
    return kept


def picture(report: Report, section: Section, entry: Entry) -> str | None:
    """Return a finding's timeline as a standalone SVG file."""
    drawn = timeline_of(report, entry)
    return drawn.svg(says=in_words(section, entry, drawn.scene), standalone=True) if drawn else None


def in_words(section: Section, entry: Entry, drawn: Scene) -> str:
    """Return a description of a drawing in two sentences, as its text alternative."""
    case = f" ({plain(entry.case)})" if entry.case else ""
    outages = [outage for row in drawn.rows for outage in row.outages]
    worst = max(outages, key=lambda outage: outage.seconds, default=None)
    told = (
        f"Timeline of {section.claim.id}{case}: {length(drawn.until - drawn.since)}, {count(len(drawn.rows), 'lane')}."
    )
    if worst is None:
        return f"{told} No request failed." if drawn.rows else f"{told} API changes only."
    return f"{told} {count(len(outages), 'outage')}, the longest {length(worst.seconds)} on {worst.node}."
