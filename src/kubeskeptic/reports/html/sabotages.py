"""Sabotages: those that have made a claim violated, every case with those that must, and their grades.

A proof counts when it was made with the checks of the report's run. A grade shows how long a breakage must last until the bound
detects it.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.counting import agreeing, counted
from kubeskeptic.reports.grades import MEANING, OUTDATED, GradedCase, GradedStep, grades
from kubeskeptic.reports.html.markup import Markup, el, join, scrolling
from kubeskeptic.reports.model import Entry, Report, Section, Trial
from kubeskeptic.reports.wording import NBSP, OTHERWISE_PROVEN, moment, plain

_SEEN, _NOT, _BEFORE, _NEVER = "violated", "not violated", "violated, by another version of the check", "not performed"
_SIGN = {_SEEN: "●", _NOT: "✕", _BEFORE: "◐", _NEVER: "○"}


def broken_on_purpose(report: Report) -> Markup | None:
    """Return the table of cases by sabotages; None when no case of the run has one."""
    pairs = [
        (section, entry, sabotage, outcome(section, entry, sabotage))
        for section in report.sections
        for entry in section.entries
        for sabotage in entry.must_break
    ]
    if not pairs:
        return None
    seen = sum(what == _SEEN for *_, what in pairs)
    rows = (_case_row(section, entry) for section in report.sections for entry in section.entries if entry.must_break)
    head = el("tr", el("th", "case", scope="col"), el("th", "sabotages under which it must be violated", scope="col"))
    says = ", ".join(f"{sign} {what}" for what, sign in _SIGN.items())
    made = f"{counted(len(pairs), 'sabotage')} made {agreeing(len(pairs), 'its', 'their')} case violated"
    told = f"{seen} of {made}, judged by the checks of this run"
    return _folded(
        "Broken on purpose", told, says, scrolling("cases by sabotages", el("thead", head), el("tbody", *rows))
    )


def _folded(heading: str, summary: str, note: str, shown: Markup) -> Markup:
    whole = el("details", el("summary", summary), el("p", note, class_="note"), shown)
    return el("section", el("h2", heading), whole, class_="chapter sabotaged")


def outcome(section: Section, entry: Entry, sabotage: str) -> str:
    """Return the observation of one case under one sabotage, in words."""
    proofs = [proof for proof in section.proofs if proof.sabotage == sabotage and proof.case == entry.case]
    current = [proof for proof in proofs if entry.judged_as(proof)]
    if any(proof.broke for proof in current):
        return _SEEN
    if current:
        return _NOT
    return _BEFORE if any(proof.broke for proof in proofs) else _NEVER


def _case_row(section: Section, entry: Entry) -> Markup:
    name = f"{entry.claim}{' · ' + plain(entry.case) if entry.case else ''}"
    cells = (_tile(section, entry, sabotage) for sabotage in entry.must_break)
    return el("tr", el("th", el("a", name, href=f"#{entry.anchor}"), scope="row"), el("td", *cells))


def _tile(section: Section, entry: Entry, sabotage: str) -> Markup:
    what = outcome(section, entry, sabotage)
    told: list[Trial] = [one for one in section.proofs if one.sabotage == sabotage and one.case == entry.case]
    sign = el("span", _SIGN[what], class_="sign holds" if what == _SEEN else "sign inconclusive", aria_hidden="true")
    words = join(sign, f" {sabotage}", el("span", f", {what}", class_="hidden"))
    return el("span", words, class_="tile", title=told[-1].why if told else what)


def graded(report: Report) -> Markup | None:
    """Return the table of cases by grades; None when no case of the run has any."""
    shown = report.graded
    if not shown:
        return None
    steps = grades(one for one, _ in shown)
    lifted = (el("th", f"{seconds:g}{NBSP}s", scope="col") for seconds in steps)
    ends = (el("th", "bound", scope="col"), *lifted, el("th", "detected from", scope="col"))
    head = el("tr", el("th", "case and sabotage", scope="col"), *ends)
    rows = (_grade_row(one, entry, steps) for one, entry in shown)
    told = sum(one.detected_from is not None for one, _ in shown)
    bounds = f"{counted(len(shown), 'bound')} {agreeing(len(shown), 'detects', 'detect')}"
    summary = f"{told} of {bounds} a breakage that lasts {steps[-1]:g} s or less"
    cases = "cases by the seconds after which their sabotage was lifted"
    shown_as = scrolling(cases, el("thead", head), el("tbody", *rows), class_="grades")
    return _folded("What the bounds can detect", summary, MEANING, shown_as)


def _grade_row(one: GradedCase, entry: Entry, steps: list[float]) -> Markup:
    note = el("small", OUTDATED) if one.outdated(entry.digest) else None
    link = el("a", plain(one.name), href=f"#{entry.anchor}")
    name = el("th", link, el("small", one.sabotage), note, scope="row")
    bound = el("td", one.allowed, title=one.bound.source if one.bound else None)
    return el("tr", name, bound, *(_cell(one.step(seconds)) for seconds in steps), el("td", one.tells))


def _cell(step: GradedStep | None) -> Markup:
    if step is None:
        return el("td", "–", title="not performed")
    lasted = el("small", step.lasted) if step.lasted else None
    return el("td", step.told, lasted, title=step.why)


def proofs(section: Section) -> Markup:
    """Return the sabotages that have made a claim violated, or were to, in one line."""
    tried = {proof.sabotage: proof for proof in sorted(section.proofs, key=lambda proof: proof.broke)}
    if not section.claim.broken_by:
        says: Markup | str = "no sabotage needed: the test asserts both sides"
    else:
        names = dict.fromkeys([*tried, *section.claim.broken_by])
        says = join(*(piece for name in names for piece in (_proof(section, name), Markup(" ")) if piece))
    label = "proven able to fail by" if section.proven else _missing(section)
    style = "proofs" if section.proven else "proofs missing"
    return el("div", el("span", label, class_="label"), el("span", says), class_=style)


def _missing(section: Section) -> str:
    """Return which cases are not proven, and which of them are with another version of their check."""
    others = section.proven_by_others
    never = [case for case in section.unproven if case not in others]
    parts = [f"not yet proven able to fail{_which(never)}" if never else ""]
    parts += [f"{OTHERWISE_PROVEN}{_which(others)}" if others else ""]
    return "; ".join(part for part in parts if part)


def _which(cases: Sequence[str]) -> str:
    named = [plain(case) for case in cases if case]
    return f": {', '.join(named)}" if named else ""


def _proof(section: Section, sabotage: str) -> Markup:
    tried = [proof for proof in section.proofs if proof.sabotage == sabotage]
    best = max(tried, key=lambda proof: proof.broke, default=None)
    if best is None:
        return el("span", sabotage, " (not tried)", class_="proof")
    when = f"{moment(best.at)} UTC" if best.at else ""
    changed = "" if any(entry.judged_as(best) for entry in section.entries) else "with another version of its check"
    case = f"case {plain(best.case)}" if best.case else ""
    told = ", ".join(part for part in (case, when, best.kubernetes, changed) if part)
    told = f" ({told})" if told else ""
    return el("span", f"{sabotage} → ", el("b", best.verdict), told, title=best.why or None, class_="proof")
