"""A comparison of two runs as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kubeskeptic.findings import Verdict
from kubeskeptic.reports import by_node
from kubeskeptic.reports.comparison import Comparison
from kubeskeptic.reports.pair import ClaimChange, Pair, Result
from kubeskeptic.reports.wording import NBSP, SYMBOL, count, plain, quantity

NUMBERS = 3
"""How many measured numbers are considered for a claim with an unchanged verdict; those with a bound come first."""
FEW = 5
"""How many claims are named whose bound changed with a setting; more are only counted."""


def render(comparison: Comparison) -> str:
    """Return the comparison as text: changes first, the worst at the top, then one line for each unchanged case."""
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
            yield f"{'':<7} this run broke off: the claims that it did not reach were not asked"


def _settings(comparison: Comparison) -> Iterator[str]:
    changed = comparison.settings
    yield ""
    if changed:
        yield "Settings that differ, and the bounds that changed with them:"
    else:
        yield "The settings from which bounds are computed are the same."
    for name, (was, now) in changed.items():
        source = now["from"] if now else "no longer read"
        yield f"  {name:<14} {by_node.setting(was)} → {by_node.setting(now)}  ({source}){_bounds(comparison, name)}"
    for name, one in comparison.uneven.items():
        yield f"  {name:<14} {by_node.setting(one)}  (unchanged)"
    if comparison.kubelets:
        yield f"kubelets: {comparison.kubelets}"


def _bounds(comparison: Comparison, setting: str) -> str:
    """Return the claims with a bound that changed because of a setting, as the end of a line."""
    pairs = comparison.because_of(setting)
    if not pairs:
        return ""
    few = f": {', '.join(map(named, pairs))}" if len(pairs) <= FEW else ""
    return f"; changes the bound of {count(len(pairs), 'case')}{few}"


def _claims(comparison: Comparison) -> Iterator[str]:
    for turn in ClaimChange:
        pairs = comparison.turned(turn)
        if not pairs:
            continue
        yield ""
        yield f"{turn.capitalize()}: {len(pairs)}"
        for pair in pairs:
            yield from _claim(comparison, pair) if turn is not ClaimChange.SAME else _unchanged(pair)


def _claim(comparison: Comparison, pair: Pair) -> Iterator[str]:
    yield f"  {sign(pair)} {named(pair)}: {' → '.join(pair.words)}"
    if pair.after:
        yield f"      {pair.after['why']}"
    bounds = {name: (was, now) for name, was, now in pair.sides("bound")}
    for name, before, after in pair.sides("measured"):
        held = bounds.get(name, (None, None))
        worse = f", closer to its bound by more than {comparison.tolerance:g} % of it" if name in pair.worse else ""
        told = f"{amount(before, held[0])} → {amount(after, held[1])}{worse}"
        yield f"      {plain(name)}: {told}{noise_remark(pair, name) if before != after else ''}"
    reasons = comparison.reasons(pair)
    if reasons:
        yield f"      its bound changed with {', '.join(reasons)}"


def _unchanged(pair: Pair) -> Iterator[str]:
    numbers = [(name, amount(was), amount(now)) for name, was, now in pair.sides("measured")]
    numbers.sort(key=lambda one: one[0] not in pair.bounded)
    told = ((name, was, now) for name, was, now in numbers[:NUMBERS] if was != now and pair.differs(name))
    shown = "; ".join(f"{plain(name)} {was} → {now}{noise_remark(pair, name)}" for name, was, now in told)
    yield f"  {sign(pair)} {named(pair)}  {shown}".rstrip()


def markdown(comparison: Comparison) -> str:
    """Return the comparison for a pull request: a headline, a table of changed verdicts, and the rest collapsed."""
    pairs = [pair for turn in ClaimChange if turn is not ClaimChange.SAME for pair in comparison.turned(turn)]
    rows = [
        f"| `{pair.claim}`{f' · {plain(pair.case)}' if pair.case else ''} | {pair.turn} | {_told(pair)} |"
        for pair in pairs
    ]
    table = ["", "| claim | change | now |", "|---|---|---|", *rows] if rows else []
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
    return "\n".join([f"**{_headline(comparison)}**", *_cluster(comparison), *table, *_moved(comparison), *whole])


def _cluster(comparison: Comparison) -> Iterator[str]:
    """Yield one line for each change in the cluster."""
    for name, (was, now) in comparison.settings.items():
        changed = f"{by_node.setting(was)} → {by_node.setting(now)}"
        yield from ("", f"`{name}` {changed}{_bounds(comparison, name)}")
    if comparison.kubelets:
        yield from ("", f"kubelets: {comparison.kubelets}")


def _moved(comparison: Comparison) -> list[str]:
    """Return a table of the numbers with a bound that moved by more than their noise; empty when the noise is unknown."""
    if not comparison.noise:
        return []
    rows = [
        f"| `{pair.claim}`{f' · {plain(pair.case)}' if pair.case else ''} | {' | '.join(_row(pair, name))} |"
        for pair, name in comparison.moved
        if name in pair.bounded
    ]
    head = ["", "| claim | number | bound | before | after | noise |", "|---|---|---|---|---|---|"]
    return [*head, *rows] if rows else []


def _row(pair: Pair, name: str) -> tuple[str, ...]:
    """Return a number's name, its bound, both values, and its noise."""
    was, now = pair.both("measured", name)
    return (plain(name), limits(*pair.both("bound", name)), amount(was), amount(now), varies(pair, name))


def _told(pair: Pair) -> str:
    return str(pair.after["why"]).replace("|", "\\|").replace("\n", " ") if pair.after else pair.words[1]


def _headline(comparison: Comparison) -> str:
    if not comparison.pairs:
        return "Nothing was compared: neither run asked a claim."
    changed, both = turned_in_words(comparison), held_in_both(comparison)
    if comparison.noise:
        runs = f" in {count(comparison.noise.runs, 'run')}" if comparison.noise.runs else ""
        both += f", and numbers that differ by no more than their noise{runs} are left out"
    return f"{changed}; {both}." if changed else f"No verdict changed: {both}."


def turned_in_words(comparison: Comparison) -> str:
    """Return the number of claims for each change, the worst first: ``1 newly violated, 2 gone``; empty when nothing turned."""
    turned = {turn: len(comparison.turned(turn)) for turn in ClaimChange if turn is not ClaimChange.SAME}
    return ", ".join(f"{many} {turn}" for turn, many in turned.items() if many)


def held_in_both(comparison: Comparison) -> str:
    """Return how many of all cases hold in both runs: ``93 of 100 hold in both``."""
    held = sum(1 for pair in comparison.turned(ClaimChange.SAME) if pair.verdicts[1] is Verdict.HOLDS)
    return f"{held} of {len(comparison.pairs)} hold in both"


def named(pair: Pair) -> str:
    """Return a claim with its case."""
    return f"{pair.claim} ({plain(pair.case)})" if pair.case else pair.claim


def sign(pair: Pair) -> str:
    """Return the sign of the verdict after; a dash if the case was not asked."""
    now = pair.verdicts[1]
    return SYMBOL[now] if now else "–"


def amount(one: Result | None, bound: Result | None = None) -> str:
    """Return a measured number, with its bound in parentheses; a dash for none."""
    if one is None:
        return "–"
    return quantity(one["value"], one["unit"]) + (f" ({limit(bound)})" if bound else "")


def limit(bound: Result) -> str:
    """Return a bound as text: ``≤ 4 s``."""
    return f"{'≥' if bound['at_least'] else '≤'}{NBSP}{quantity(bound['value'], bound['unit'])}"


def limits(was: Result | None, now: Result | None) -> str:
    """Return a number's bound, or both bounds if they differ between the runs; a dash for none."""
    return " → ".join(dict.fromkeys(limit(one) for one in (was, now) if one)) or "–"


def varies(pair: Pair, name: str) -> str:
    """Return how much a number varies while nothing changes; a question mark when unknown."""
    by, unit = pair.varies(name), next((str(one["unit"]) for one in _measured(pair, name)), "")
    return "?" if by is None else quantity(by, unit)


def noise_remark(pair: Pair, name: str) -> str:
    """Return a remark on how much a number varies while nothing changes; empty when no noise is given."""
    if not pair.noise:
        return ""
    by = varies(pair, name)
    return " (noise unknown)" if by == "?" else f" (noise: {by})"


def _measured(pair: Pair, name: str) -> list[Result]:
    return [one["measured"][name] for one in (pair.after, pair.before) if one and name in one["measured"]]
