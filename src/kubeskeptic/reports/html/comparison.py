"""Two runs compared, as a page: verdicts that turned, then numbers that moved, then changes in the cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kubeskeptic.reports import by_node
from kubeskeptic.reports.building import anchor
from kubeskeptic.reports.compared import held_in_both, turned_in_words
from kubeskeptic.reports.comparison import Comparison
from kubeskeptic.reports.html.frame import document, keys, nothing_matches, side
from kubeskeptic.reports.html.markup import Markup, Piece, el, join, table
from kubeskeptic.reports.html.turned import NUMBERS, card, number_row, rows, summed_up, turn_sign
from kubeskeptic.reports.pair import ClaimChange, Pair, Result
from kubeskeptic.reports.wording import count, number, plain

_KEYS = (("/", "filter"), ("j  k", "next, previous row"), ("t", "day, night"), ("Esc", "clear the filter"),
         ("?", "this help"))  # fmt: skip
_CAPTION = (
    "Sorted by how far each number moved towards its bound, furthest first. The bar is the number after, the ring the number "
    "before, the mark the bound"
)
_NO_NOISE = (
    "No noise was given, so every number that differs is listed, and one run on each side cannot tell a change from chance. "
    "`skeptic tally RUNS --write FILE` measures how much numbers vary while nothing changes, and --noise FILE reads it."
)


def render(comparison: Comparison) -> str:
    """Return the text of the file."""
    before, after = (str(one["run"]["id"]) for one in (comparison.before, comparison.after))
    contents = el("ul", *(el("li", el("a", text, href=f"#{place}")) for place, text in _contents(comparison)))
    return document(
        f"{_title(comparison)} · {before} and {after}",
        el("a", "Skip to what changed", href="#turned", class_="skip"),
        el(
            "div",
            side("Comparison", contents, rows="rows"),
            el(
                "main",
                _front(comparison),
                el("div", _turned(comparison), _moved(comparison), nothing_matches(), id="claims"),
                _cluster(comparison),
                _all(comparison),
                _foot(before, after),
            ),
            class_="page",
        ),
        keys(_KEYS),
        styles=("style.css", "comparison.css"),
    )


def _title(comparison: Comparison) -> str:
    told = turned_in_words(comparison)
    same = "No verdict changed" if comparison.pairs else "Nothing was compared"
    return f"{told[0].upper()}{told[1:]}" if told else same


def _contents(comparison: Comparison) -> Iterator[tuple[str, str]]:
    yield "turned", "What changed"
    yield "moved", "Numbers that moved"
    yield "cluster", "Settings and kubelets"
    yield "all", f"All {count(len(comparison.pairs), 'case')}"


# -- the top ---------------------------------------------------------------------------------------------------------------
def _front(comparison: Comparison) -> Markup:
    chips = (
        el(
            "button", turn_sign(turn), " ", el("b", number(len(pairs))), f" {turn}",
            type="button", class_="chip", aria_pressed="false", data_kind="verdict", data_value=str(turn),
        )
        for turn in ClaimChange
        if (pairs := comparison.turned(turn))
    )  # fmt: skip
    return el(
        "header",
        el("h1", _title(comparison)),
        el("p", _where(comparison), class_="where"),
        *_banners(comparison),
        el(
            "div",
            el("div", *chips, class_="chips", role="group", aria_label="Show only claims that are"),
            class_="tally",
        ),
        class_="front",
    )


def _where(comparison: Comparison) -> str:
    was, now = (str(one["run"]["kubernetes"] or "?") for one in (comparison.before, comparison.after))
    versions = f"Kubernetes {was} before and {now} after" if was != now else f"Kubernetes {was} before and after"
    return f"{held_in_both(comparison)} · {versions}"


def _banners(comparison: Comparison) -> Iterator[Markup]:
    for word, result in (("before", comparison.before), ("after", comparison.after)):
        if result["run"]["ended"] is None:
            what = "The claims that it did not reach were not asked."
            yield el("p", el("strong", f"The run {word} broke off."), f" {what}", class_="banner", role="note")


# -- what turned, what moved -----------------------------------------------------------------------------------------------
def _turned(comparison: Comparison) -> Markup:
    pairs = [pair for turn in ClaimChange if turn is not ClaimChange.SAME for pair in comparison.turned(turn)]
    cards = (card(comparison, pair, anchor({"claim": pair.claim, "case": pair.case})) for pair in pairs)
    if not pairs:
        return el(
            "section",
            _heading("turned", "What changed"),
            el("p", "Every case has the same verdict in both runs."),
            class_="part",
        )
    return el("section", _heading("turned", "What changed"), *cards, class_="chapter")


def _moved(comparison: Comparison) -> Markup:
    heading = _heading("moved", "Numbers that moved")
    note = el("p", _noise(comparison), class_="note")
    found = comparison.moved
    if not found:
        return el("section", heading, note, el("p", "No number moved."), class_="part")
    bounded = [(pair, name) for pair, name in found if name in pair.bounded]
    others = [(pair, name) for pair, name in found if name not in pair.bounded]
    return el(
        "section",
        heading,
        note,
        _numbers(_CAPTION, bounded) if bounded else None,
        el(
            "details",
            el("summary", f"{count(len(others), 'number')} without a bound"),
            _numbers("Without a bound", others),
            class_="rest",
        )
        if others
        else None,
        class_="chapter",
    )


def _numbers(caption: str, found: list[tuple[Pair, str]]) -> Markup:
    return rows(caption, ("claim", *NUMBERS), ((pair, number_row(pair, name)) for pair, name in found))


def _noise(comparison: Comparison) -> str:
    if not comparison.noise:
        return _NO_NOISE
    runs = f" in {count(comparison.noise.runs, 'run')}" if comparison.noise.runs else ""
    return (
        f"Only numbers that differ by more than their noise are listed. The noise is the largest less the smallest value{runs} "
        "while nothing changed; a question mark means that not all of those runs measured the number."
    )


# -- the cluster -----------------------------------------------------------------------------------------------------------
def _cluster(comparison: Comparison) -> Markup:
    changed = [_setting(comparison, name, was, now) for name, (was, now) in comparison.settings.items()]
    uneven = [[name, by_node.setting(one), str(one["from"])] for name, one in comparison.uneven.items()]
    head = ["setting", "before", "after", "bounds changed with it", "read from"]
    return el(
        "section",
        _heading("cluster", "Settings and kubelets"),
        el("p", el("strong", "Kubelets: "), f"{comparison.kubelets}.") if comparison.kubelets else None,
        table("Settings that differ", head, changed)
        if changed
        else el("p", "The settings from which bounds are computed are the same."),
        table("The same in both runs, but not on all nodes", ["setting", "value", "read from"], uneven)
        if uneven
        else None,
        table("Both runs", ["", "before", "after"], _runs(comparison)),
        class_="part",
    )


def _setting(comparison: Comparison, name: str, was: Result | None, now: Result | None) -> list[Piece]:
    pairs = comparison.because_of(name)
    names = (el("li", el("code", pair.claim), f" · {plain(pair.case)}" if pair.case else None) for pair in pairs)
    with_it = el("details", el("summary", count(len(pairs), "case")), el("ul", *names)) if pairs else join("none")
    source = str(now["from"]) if now else "no longer read"
    return [name, by_node.setting(was), by_node.setting(now), with_it, source]


def _runs(comparison: Comparison) -> list[list[Piece]]:
    both = (comparison.before["run"], comparison.after["run"])
    facts: dict[str, Callable[[Result], object]] = {
        "run": lambda run: run["id"],
        "Kubernetes": lambda run: run["kubernetes"],
        "kubelets": lambda run: by_node.spread(run["kubelets"]) if run.get("kubelets") else None,
        "cluster": lambda run: f"{run['provider'] or '?'}, {count(len(run['nodes']), 'node')}",
        "began": lambda run: str(run["started"] or "").partition(".")[0].replace("T", " "),
        "seed": lambda run: run["seed"],
        "kubeskeptic": lambda run: run["harness"],
    }
    return [[name, *(_fact(fact(run)) for run in both)] for name, fact in facts.items()]


def _fact(value: object) -> str:
    return "–" if value in (None, "") else str(value)


# -- the rest --------------------------------------------------------------------------------------------------------------
def _all(comparison: Comparison) -> Markup:
    told = ((pair, summed_up(pair)) for pair in comparison.pairs)
    head = ("claim", "before", "after", "finding after, and numbers")
    summary = el("summary", f"Both runs, number by number: {count(len(comparison.pairs), 'case')}")
    return el(
        "section",
        _heading("all", "All cases"),
        el("details", summary, rows("All cases", head, told), class_="rest"),
        class_="chapter",
    )


def _foot(before: str, after: str) -> Markup:
    again = el("code", f"skeptic compare {before} {after} --html FILE")
    return el("footer", el("p", "To make this page again from the two result.json: ", again))


def _heading(place: str, text: str) -> Markup:
    return el("h2", text, id=place)
