"""Numbers, times and names in readable form, the same in every format of a report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from kubeskeptic.bounds import Bound
from kubeskeptic.counting import agreeing
from kubeskeptic.findings import Measure, Post, Verdict

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

SYMBOL = {Verdict.HOLDS: "●", Verdict.VIOLATED: "✕", Verdict.INCONCLUSIVE: "?", Verdict.SKIPPED: "○"}
"""A sign per verdict, as colour alone is not accessible."""

POST_SAYS = {
    Post.AGREES: "The post agrees",
    Post.QUALIFIED: "The post is qualified",
    Post.CONTRADICTS: "The post is contradicted",
}
"""What a finding says about the post, as the start of a sentence."""

OTHERWISE_PROVEN = "proven with another version of its check"
"""Said of a case or claim that was seen to fail, but not with the version of its test and checks that judged it in this run."""


def number(value: float) -> str:
    """Return a number with three significant digits, whole from 100 on, with grouped thousands: ``46.9``, ``0.24``,
    ``108 400``."""
    if not math.isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞" if value < 0 else "?"
    size = abs(value)
    digits = 0 if size >= 99.95 or value == int(value) else 1 if size >= 9.995 else 2 if size >= 0.0995 else 3
    shown = f"{size:,.{digits}f}".replace(",", NBSP)
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return f"{MINUS}{shown}" if value < 0 and shown != "0" else shown


def quantity(value: float, unit: str) -> str:
    """Return a number with its unit: ``46.9 s``, ``3 requests``; units without meaning are left out."""
    if unit == "s" and value and abs(value) < 0.0995:
        return f"{number(value * 1000)}{NBSP}ms"
    if value == 1 and len(unit) > 2:
        unit = unit.removesuffix("es") if unit.endswith("sses") else unit.removesuffix("s")
    return number(value) if unit in ("", "1", "share") else f"{number(value)}{NBSP}{unit}"


def measured(measure: Measure) -> str:
    """Return a measured number with its unit."""
    return quantity(measure.value, measure.unit)


def limit(bound: Bound) -> str:
    """Return a bound as text: ``≤ 58 s``."""
    return f"{'≥' if bound.at_least else '≤'}{NBSP}{quantity(bound.value, bound.unit)}"


def after(seconds: float) -> str:
    """Return a time relative to the fault: ``+46.9 s``, ``−0.12 s``."""
    size = abs(seconds)
    shown = f"{size:,.{2 if size < 9.995 else 1}f}".replace(",", NBSP)
    return f"{MINUS if seconds <= -0.005 else '+'}{shown}{NBSP}s"


def length(seconds: float | None) -> str:
    """Return a duration: ``12 min 40 s``; a dash when unknown."""
    if seconds is None:
        return "–"
    if seconds < 100:
        return quantity(seconds, "s")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{NBSP}h {minutes}{NBSP}min" if hours else f"{minutes}{NBSP}min {rest}{NBSP}s"


def moment(unix: float) -> str:
    """Return a time in UTC, to the minute: ``23 Nov 2026, 19:18``."""
    at = datetime.fromtimestamp(unix, UTC)
    return f"{at.day} {at:%b %Y, %H:%M}".replace(" ", NBSP)


def to_the_second(unix: float) -> str:
    """Return a time in UTC, to the second, as in logs: ``2026-11-23 19:18:04``."""
    return f"{datetime.fromtimestamp(unix, UTC):%Y-%m-%d %H:%M:%S}"


def iso(unix: float) -> str:
    """Return a time in UTC in ISO 8601: ``2026-11-23T19:18:04.120Z``."""
    return datetime.fromtimestamp(unix, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def count(how_many: int, one: str) -> str:
    """Return a number with its noun: ``1 gap``, ``2 gaps``."""
    return f"{number(how_many)}{NBSP}{agreeing(how_many, one, f'{one}s')}"


def standstills_told(lengths: Sequence[float]) -> str:
    """Return sentences about the periods in which the machine stood still; empty when there were none."""
    if not lengths:
        return ""
    longest = quantity(max(lengths), "s")
    return (
        f"The nodes' machine stood still {count(len(lengths), 'time')}, for up to {longest}: none of its processors ran, so no "
        "request could be sent or answered. Such a pause does not count as a gap."
    )


def plain(name: str) -> str:
    """Return the name of a measure, a case or an act as words: ``routing_wrong`` becomes ``routing wrong``.

    The ids of scenarios stay as they are, because they are typed in commands.
    """
    return name.replace("_", " ")


def quoted(says: str) -> str:
    """Return the post's words in quotation marks, with inner quotation marks made single."""
    inner = says.strip().replace("“", "‘").replace("”", "’")
    return f"“{inner}”"


def broke_off(torn: int, ended: object) -> str:
    """Return a statement that a run broke off, with the evidence for it; empty when the run completed.

    :param torn: non-zero when the journal ends in the middle of a line
    :param ended: the journal's record of the run's end; None when there is none
    """
    if torn:
        return "the journal ends in the middle of a line: this run broke off"
    return "the journal has no record of the run's end: this run broke off" if ended is None else ""


def damaged(damage: Sequence[str]) -> str:
    """Return a statement that a journal is damaged, with the first fault found in it; empty when it is not.

    :param damage: the faults, one sentence each
    """
    more = f" ({len(damage) - 1} more)" if len(damage) > 1 else ""
    return f"the journal is damaged: {damage[0]}{more}" if damage else ""


def what_is_left(folder: object = "FOLDER") -> str:
    """Return a statement of how the undamaged part of a run's journal is judged.

    :param folder: the run's folder
    """
    return f"`pytest --replay={folder}` judges what is left"
