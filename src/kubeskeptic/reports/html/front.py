"""The top of the page: what held, what did not, and on which cluster."""

from __future__ import annotations

from kubeskeptic.counting import agreeing
from kubeskeptic.findings import Post, Verdict
from kubeskeptic.reports.by_node import apart
from kubeskeptic.reports.headline import ABOUT, headline
from kubeskeptic.reports.html.by_nodes import disrupted, followed
from kubeskeptic.reports.html.claim import verdict
from kubeskeptic.reports.html.facts import facts
from kubeskeptic.reports.html.markup import Markup, el, join
from kubeskeptic.reports.html.measured import overview
from kubeskeptic.reports.model import WORST_FIRST, Report
from kubeskeptic.reports.wording import SYMBOL, count, damaged, moment, number, plain, what_is_left

_VERBS = {
    Verdict.HOLDS: ("case holds", "cases hold"),
    Verdict.VIOLATED: ("case violated", "cases violated"),
    Verdict.INCONCLUSIVE: ("case inconclusive", "cases inconclusive"),
    Verdict.SKIPPED: ("case skipped", "cases skipped"),
}
_POSTS = {Post.AGREES: "agreed with", Post.QUALIFIED: "qualified", Post.CONTRADICTS: "contradicted"}

NAMED = 6
"""How many of the cases that were not asked are named on the first screen."""


def front(report: Report) -> Markup:
    """Return everything above the first chapter."""
    return join(
        el(
            "header",
            el("p", ABOUT, class_="about"),
            el("h1", headline(report)),
            el("p", _where(report), class_="where"),
            _banners(report),
            _chips(report),
            class_="front",
        ),
        _attention(report),
        overview(report),
        disrupted(report),
        followed(report),
        facts(report),
    )


def _where(report: Report) -> str:
    run = report.run
    when = moment(run["at"]) if "at" in run else ""
    if when and report.ended and not report.broken_off:
        end = moment(report.ended)
        when += f" to {end.rpartition(',')[2].strip() if end.partition(',')[0] == when.partition(',')[0] else end}"
    parts = [
        report.name,
        f"Kubernetes {run['kubernetes']}" if run.get("kubernetes") else "",
        f"kubelets: {kubelets}" if (kubelets := apart(run)) else "",
        f"{when} UTC" if when else "",
        f"seed {run['seed']}" if run.get("seed") is not None else "",
        f"run {report.id}" if report.id else "",
    ]
    return " · ".join(part for part in parts if part)


def _banners(report: Report) -> Markup:
    unproven = [str(one.get("node")) for one in report.instrument if not one.get("proven")]
    said = []
    if report.broken_off:
        last = f" The last recorded event was at {moment(report.ended)} UTC." if report.ended else ""
        said.append(("This run broke off.", f"This report shows what its journal had recorded until then.{last}"))
    said += [("Sabotaged on purpose:", str(one.get("says") or one.get("id"))) for one in report.sabotages]
    if report.clean is False:
        said.append(("The cluster was left dirty.", f"Run `skeptic cleanup`. {report.unclean}".rstrip()))
    if report.unlooked:
        said.append(
            ("It was not checked whether the cluster was left clean.", f"Run `skeptic status`. {report.unclean}")
        )
    if unproven:
        said.append(
            ("The instrument failed its proof.", f"A known outage was not measured correctly on {', '.join(unproven)}.")
        )
    if report.torn:
        said.append(("The journal ends in the middle of a line,", "as after a kill; that line is left out."))
    if report.damage:
        head, _, what = damaged(report.damage).partition(": ")
        said.append((f"{head.capitalize()}:", f"{what}. What is missing is not known; {what_is_left()}."))
    if not report.numbered:
        said.append(
            (
                "The journal's lines are not numbered,",
                "because an older version wrote it: a missing line would not be noticed.",
            )
        )
    broken = (r for r in report.scenarios.values() if r.broke_off and not r.left_out_whole)
    said += [(f"{r.id} broke off.", r.broke_off) for r in broken]
    return join(*(el("p", el("strong", head), f" {text}", class_="banner", role="note") for head, text in said))


def _chips(report: Report) -> Markup:
    verdicts = [
        _chip("verdict", which, join(el("span", SYMBOL[which], class_=f"sign {which}", aria_hidden="true"), " "), many,
              _VERBS[which][many != 1])
        for which in reversed(WORST_FIRST)
        if (many := report.verdicts[which])
    ]  # fmt: skip
    posts = {which: sum(entry.of_post is which for entry in report.entries) for which in Post}
    post = [_chip("post", which, Markup(""), many, _POSTS[which]) for which, many in posts.items() if many]
    proven, otherwise = report.proven
    claims = agreeing(len(report.sections), "claim", "claims")
    return el(
        "div",
        el("div", *verdicts, class_="chips", role="group", aria_label="Show only findings that are"),
        el("div", el("span", "the post, by case", class_="label"), *post, class_="chips", role="group",
           aria_label="Show only findings where the post is") if post else None,
        el("p", el("b", f"{proven} of {len(report.sections)}"), f" {claims} proven able to fail", otherwise, class_="proven")
        if report.sections else None,
        el("p", "Nothing was violated.", class_="proven")
        if report.verdicts[Verdict.HOLDS] and not (report.verdicts[Verdict.VIOLATED] or report.broken_off or report.damage)
        else None,
        _unasked(report),
        class_="tally",
    )  # fmt: skip


def _unasked(report: Report) -> Markup | None:
    """Return how many cases of the suites were not asked, with some of their names; None when all were."""
    cases = [f"{claim} · {plain(case)}" if case else claim for claim, case in report.unasked]
    more = f" and {len(cases) - NAMED} more" if len(cases) > NAMED else ""
    told = f" of the suites {'were' if len(cases) > 1 else 'was'} not asked: {', '.join(cases[:NAMED])}{more}"
    return el("p", el("b", count(len(cases), "case")), told, class_="proven") if cases else None


def _chip(kind: str, which: Verdict | Post, sign: Markup, many: int, words: str) -> Markup:
    return el(
        "button", sign, el("b", number(many)), f" {words}",
        type="button", class_="chip", aria_pressed="false", data_kind=kind, data_value=str(which),
    )  # fmt: skip


def _attention(report: Report) -> Markup | None:
    bad = [entry for which in WORST_FIRST[:2] for entry in report.entries if entry.verdict is which]
    if not bad:
        return None
    items = (
        el(
            "li",
            verdict(entry.verdict),
            el("div", el("a", f"{entry.claim}{' · ' + plain(entry.case) if entry.case else ''}", href=f"#{entry.anchor}"),
               el("p", entry.why)),
        )
        for entry in bad
    )  # fmt: skip
    return el("section", el("h2", "Look at these first"), el("ul", *items), class_="attention")
