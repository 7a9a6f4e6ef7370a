"""A comparison of two runs as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kubeskeptic.findings import Verdict
from kubeskeptic.reports.comparison import Comparison, Pair, Result, Turn
from kubeskeptic.reports.wording import NBSP, SYMBOL, count, plain, quantity

NUMBERS = 3
"""How many measured numbers are looked at of a claim whose verdict is the same: first those that have a bound."""


def render(comparison: Comparison) -> str:
    """What changed, the worst first; what did not, a line each."""
    return "\n".join([*_runs(comparison), *_settings(comparison), *_claims(comparison), "", _headline(comparison)])


def _runs(comparison: Comparison) -> Iterator[str]:
    for word, result in (("before", comparison.before), ("after", comparison.after)):
        run = result["run"]
        nodes = count(len(run["nodes"]), "node")
        began = f"{str(run['started']).partition('.')[0].replace('T', ' ')} UTC, " if run["started"] else ""
        seed = "" if run["seed"] is None else f"seed {run['seed']}, "
        yield (
            f"{word:<7} {run['id']}  Kubernetes {run['kubernetes'] or '?'} on {run['provider'] or '?'}, {nodes}, "
            f"{began}{seed}kubeskeptic {run['harness'] or '?'}"
        )
        if run["ended"] is None:
            yield f"{'':<7} this run broke off: what it did not come to was not asked"


def _settings(comparison: Comparison) -> Iterator[str]:
    changed = comparison.settings
    yield ""
    if not changed:
        yield "The settings that bounds come from are the same."
        return
    yield "Settings that are not the same, and bounds with them:"
    for name, (was, now) in changed.items():
        yield f"  {name:<14} {_amount(was)} → {_amount(now)}  ({now['from'] if now else 'no longer read'})"


def _claims(comparison: Comparison) -> Iterator[str]:
    for turn in Turn:
        pairs = comparison.turned(turn)
        if not pairs:
            continue
        yield ""
        yield f"{turn.capitalize()}: {len(pairs)}"
        for pair in pairs:
            yield from _claim(comparison, pair) if turn is not Turn.SAME else _unchanged(pair)


def _claim(comparison: Comparison, pair: Pair) -> Iterator[str]:
    was, now = pair.verdicts
    yield f"  {SYMBOL[now] if now else '–'} {_name(pair)}: {was or 'not asked'} → {now or 'not asked'}"
    if pair.after:
        yield f"      {pair.after['why']}"
    bounds = {name: (was, now) for name, was, now in pair.sides("bound")}
    for name, before, after in pair.sides("measured"):
        held = bounds.get(name, (None, None))
        worse = f", more than {comparison.tolerance:g} % closer to its bound" if name in pair.worse else ""
        yield f"      {plain(name)}: {_amount(before, held[0])} → {_amount(after, held[1])}{worse}"
    reasons = comparison.reasons(pair)
    if reasons:
        yield f"      its bound changed with {', '.join(reasons)}"


def _unchanged(pair: Pair) -> Iterator[str]:
    verdict = pair.verdicts[1]
    bounds = {name for name, *_ in pair.sides("bound")}
    numbers = [(name, _amount(was), _amount(now)) for name, was, now in pair.sides("measured")]
    numbers.sort(key=lambda one: one[0] not in bounds)
    told = ((name, was, now) for name, was, now in numbers[:NUMBERS] if was != now and pair.differs(name))
    shown = "; ".join(f"{plain(name)} {was} → {now}" for name, was, now in told)
    yield f"  {SYMBOL[verdict] if verdict else '–'} {_name(pair)}  {shown}".rstrip()


def markdown(comparison: Comparison) -> str:
    """What changed, for a pull request: a headline, a table of what turned, and the rest folded."""
    pairs = [pair for turn in Turn if turn is not Turn.SAME for pair in comparison.turned(turn)]
    rows = [
        f"| `{pair.claim}`{f' · {plain(pair.case)}' if pair.case else ''} | {pair.turn} | {_told(pair)} |"
        for pair in pairs
    ]
    table = ["", "| claim | what became of it | now |", "|---|---|---|", *rows] if rows else []
    whole = [
        "",
        "<details><summary>Both runs, number by number</summary>",
        "",
        "```",
        render(comparison),
        "```",
        "",
        "</details>",
    ]
    return "\n".join([f"**{_headline(comparison)}**", *table, *whole])


def _told(pair: Pair) -> str:
    return str(pair.after["why"]).replace("|", "\\|").replace("\n", " ") if pair.after else "not asked"


def _headline(comparison: Comparison) -> str:
    turned = {turn: len(comparison.turned(turn)) for turn in Turn}
    changed = ", ".join(f"{many} {turn}" for turn, many in turned.items() if many and turn is not Turn.SAME)
    held = sum(1 for pair in comparison.turned(Turn.SAME) if pair.verdicts[1] is Verdict.HOLDS)
    both = f"{held} of {len(comparison.pairs)} hold in both"
    if comparison.noise:
        both += ", and numbers that differ by no more than they vary anyway are left out"
    return f"{changed}; {both}." if changed else f"No verdict turned: {both}."


def _name(pair: Pair) -> str:
    return f"{pair.claim} ({plain(pair.case)})" if pair.case else pair.claim


def _amount(one: Result | None, bound: Result | None = None) -> str:
    if one is None:
        return "–"
    sign = f" ({'≥' if bound['at_least'] else '≤'}{NBSP}{quantity(bound['value'], bound['unit'])})" if bound else ""
    return quantity(one["value"], one["unit"]) + sign
