"""Verdicts and findings: what a check concludes from a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.errors import Inconclusive, NotAsked


class Verdict(StrEnum):
    """What can be said of a claim on this cluster. Later members are worse."""

    HOLDS = "holds"
    SKIPPED = "skipped"
    INCONCLUSIVE = "inconclusive"
    VIOLATED = "violated"


class Post(StrEnum):
    """What a finding makes of the post's sentence, beside the verdict."""

    AGREES = "agrees"
    QUALIFIED = "qualified"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True)
class Measure:
    """A measured number with its unit ("s", "%", "requests", "pods", …)."""

    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}".replace(" %", " %")


@dataclass(frozen=True)
class Finding:
    """What one check concludes.

    :param verdict: holds, violated, inconclusive or skipped
    :param why: one sentence with the numbers
    :param measured: what was measured, by name; a name that is also in ``bounds`` is compared with that bound
    :param bounds: the bounds it was held against, by name
    :param nodes: the nodes that were looked from, or that decided
    :param window: since when and until when it looked, Unix seconds
    :param probes: the probes whose lanes belong beside it in the report
    :param decisive: the samples or changes that decided, one sentence each, at most a handful
    """

    verdict: Verdict
    why: str
    measured: Mapping[str, Measure] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    window: tuple[float, float] | None = None
    probes: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """The fields of a ``finding`` record of the journal."""
        return {
            "verdict": str(self.verdict),
            "why": self.why,
            "measured": {name: {"value": m.value, "unit": m.unit} for name, m in self.measured.items()},
            "bounds": {name: bound.as_record() for name, bound in self.bounds.items()},
            "nodes": list(self.nodes),
            "window": list(self.window) if self.window else None,
            "probes": list(self.probes),
            "decisive": list(self.decisive),
        }


def holds(why: str, **more: Any) -> Finding:
    """A finding within its bound."""
    return Finding(Verdict.HOLDS, why, **more)


def violated(why: str, **more: Any) -> Finding:
    """A finding outside its bound."""
    return Finding(Verdict.VIOLATED, why, **more)


def inconclusive(why: str, **more: Any) -> Finding:
    """A finding that nothing can be concluded from."""
    return Finding(Verdict.INCONCLUSIVE, why, **more)


def skipped(why: str, **more: Any) -> Finding:
    """A finding of a claim that this cluster cannot be asked."""
    return Finding(Verdict.SKIPPED, why, **more)


def _found_by(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Inconclusive as why:
        return inconclusive(str(why))
    except NotAsked as why:
        return skipped(str(why))


def all_of(checks: Iterable[Callable[[], Finding]]) -> Finding:
    """One finding from several checks: the worst verdict wins, its sentences come first, measures and bounds are joined.

    A check that cannot conclude anything, or cannot be asked here, hides no violation that another one found.

    :raises ValueError: when there is none: nothing measured is not a pass
    """
    findings = [_found_by(check) for check in checks]
    parts = sorted(findings, key=lambda part: -list(Verdict).index(part.verdict))
    if not parts:
        raise ValueError("no finding to join")
    worst = parts[0].verdict
    said = (
        [part.why for part in parts if part.verdict is worst] if worst is not Verdict.HOLDS else [p.why for p in parts]
    )
    joined = replace(parts[0], why=" ".join(dict.fromkeys(said)))
    windows = [part.window for part in parts if part.window]
    return replace(
        joined,
        measured={name: m for part in reversed(parts) for name, m in part.measured.items()},
        bounds={name: b for part in reversed(parts) for name, b in part.bounds.items()},
        nodes=tuple(dict.fromkeys(node for part in parts for node in part.nodes)),
        window=(min(w[0] for w in windows), max(w[1] for w in windows)) if windows else None,
        probes=tuple(dict.fromkeys(probe for part in parts for probe in part.probes)),
        decisive=tuple(line for part in parts for line in part.decisive),
    )
