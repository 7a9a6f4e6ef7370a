"""The top of the page: what held, what did not, and on which cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from kubeskeptic.findings import Post, Verdict
from kubeskeptic.reports.by_node import apart
from kubeskeptic.reports.headline import ABOUT, headline
from kubeskeptic.reports.html.by_nodes import disrupted, followed
from kubeskeptic.reports.html.claim import verdict
from kubeskeptic.reports.html.markup import Markup, el, join, table
from kubeskeptic.reports.html.measured import overview
from kubeskeptic.reports.model import WORST_FIRST, Report
from kubeskeptic.reports.wording import NBSP, SYMBOL, count, length, moment, number, plain, quantity, standstills_told

_VERBS = {
    Verdict.HOLDS: ("holds", "hold"),
    Verdict.VIOLATED: ("violated", "violated"),
    Verdict.INCONCLUSIVE: ("inconclusive", "inconclusive"),
    Verdict.SKIPPED: ("skipped", "skipped"),
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
        _facts(report),
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
        more = f" ({len(report.damage) - 1} more)" if len(report.damage) > 1 else ""
        said.append(("The journal is damaged:", f"{report.damage[0]}{more}. What is missing is not known."))
    if not report.numbered:
        said.append(
            (
                "The journal's lines are not numbered,",
                "because an older version wrote it: a missing line would not be noticed.",
            )
        )
    broken = (r for r in report.scenarios.values() if r.broke_off and not r.left_out_whole)
    said += [(f"{plain(r.id)} broke off.", r.broke_off) for r in broken]
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
    return el(
        "div",
        el("div", *verdicts, class_="chips", role="group", aria_label="Show only findings that are"),
        el("div", el("span", "the post", class_="label"), *post, class_="chips", role="group",
           aria_label="Show only findings where the post is") if post else None,
        el("p", el("b", f"{proven} of {len(report.sections)}"), " claims proven able to fail", otherwise, class_="proven")
        if report.sections else None,
        el("p", "Nothing was violated.", class_="proven")
        if report.verdicts[Verdict.HOLDS] and not report.verdicts[Verdict.VIOLATED] and not report.broken_off else None,
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


def _facts(report: Report) -> Markup:
    settings = report.run.get("settings", {})
    facts = [("nodes", _nodes(report)), *((name, _setting(settings, *keys)) for name, keys in _SHOWN.items())]
    facts += [("samples, gaps", _seen(report))]
    facts += [("time, irreducible part", _time(report)), ("waiting for a processor", _waiting(report))]
    strip = (el("div", el("dt", name), el("dd", value)) for name, value in facts if value)
    return join(el("dl", *strip, class_="facts"), _settings(report))


_SHOWN = {"kube-proxy": ("SYNC",), "node grace period": ("GRACE",), "DNS TTL, zone cache": ("TTL", "CACHE")}


def _nodes(report: Report) -> str:
    nodes, roles = list(report.run.get("nodes", ())), report.run.get("roles", {})
    control = sum("control-plane" in str(roles.get(node, "")) for node in nodes)
    if control:
        return f"{control} + {count(len(nodes) - control, 'worker')}"
    return count(len(nodes), "node") if nodes else ""


def _setting(settings: dict[str, dict[str, object]], *names: str) -> str:
    shown = []
    for name in names:
        if name in settings:
            value, unit = settings[name]["value"], str(settings[name]["unit"])
            mode = re.search(r"iptables|nftables|ipvs", str(settings[name]["from"])) if name == "SYNC" else None
            text = quantity(float(str(value)), unit) if value or name != "CACHE" else "off"
            shown.append(f"{mode[0]}, sync {text}" if mode else text)
    return ", ".join(shown)


def _seen(report: Report) -> str:
    """Return the numbers of samples and gaps, with the longest gap: the longest outage that one could hide."""
    ends = {r.id: r.ended or report.ended or 0.0 for r in report.scenarios.values()}
    lasted = [(gap.until or ends[r.id]) - gap.since for r in report.scenarios.values() for gap in r.gaps]
    longest = f" (≤{NBSP}{length(max(lasted))})" if lasted else ""
    return f"{number(report.samples)}, {number(report.gaps)}{longest}"


def _time(report: Report) -> str:
    took = [r.ended - r.started for r in report.scenarios.values() if r.ended]
    needs = [r.irreducible for r in report.scenarios.values() if r.irreducible is not None]
    return f"{length(sum(took))}, {length(sum(needs) if needs else None)}" if took else ""


def _waiting(report: Report) -> str:
    """Return in which share of the acts' time processes of the nodes' machine waited for a processor, where that is known."""
    shares = [a.waited for r in report.scenarios.values() for a in r.acts.values() if a.waited is not None]
    percent = [f"{round(100 * share)}{NBSP}%" for share in (median(shares), max(shares))] if shares else []
    return f"{percent[0]} of an act, at most {percent[1]}" if percent else ""


def _settings(report: Report) -> Markup | None:
    settings = report.run.get("settings", {})
    scenarios = [
        [
            plain(r.id),
            length(r.ended - r.started if r.ended else None),
            length(r.irreducible),
            count(len(r.faults), "fault"),
        ]
        for r in report.scenarios.values()
    ]
    if not settings and not scenarios:
        return None
    rows = [[name, quantity(float(s["value"]), str(s["unit"])), str(s["from"])] for name, s in settings.items()]
    proofs = [_proof(one) for one in report.instrument]
    return el(
        "details",
        el("summary", "The cluster’s settings, the scenarios’ times, the instrument’s proof"),
        _table("Settings read from the cluster; all bounds are computed from them", ["setting", "value", "read from"], rows),
        _table("Scenarios", ["scenario", "took", "irreducible", "faults"], scenarios),
        _table("A known outage, injected before the run", ["node", "injected", "measured", ""], proofs),
        el("p", f"99 of 100 requests were sent less than {quantity(report.tick_lag_p99, 's')} late.", class_="note")
        if report.tick_lag_p99 is not None else None,
        el("p", standstills_told(report.standstills), class_="note") if report.standstills else None,
        class_="settings",
    )  # fmt: skip


def _proof(one: Mapping[str, Any]) -> list[str]:
    """Return a row about one node's instrument; without a measured outage it shows "nothing"."""
    seen = "nothing" if one["measured"] is None else quantity(float(one["measured"]), "s")
    return [
        str(one.get("node")),
        quantity(float(one["injected"]), "s"),
        seen,
        "proven" if one.get("proven") else "not proven",
    ]


def _table(caption: str, head: list[str], rows: Sequence[Sequence[str]]) -> Markup | None:
    return table(caption, head, rows) if rows else None
