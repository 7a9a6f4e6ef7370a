"""Every case with the sabotages under which it must be violated: expectation and observation, as each case is judged now."""

from __future__ import annotations

from kubeskeptic.reports.html.markup import Markup, el, join
from kubeskeptic.reports.model import Entry, Report, Section, Trial
from kubeskeptic.reports.wording import plain

_SEEN, _NOT, _BEFORE, _NEVER = "violated", "not violated", "violated, but the check has changed since", "not performed"
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
    rows = (_row(section, entry) for section in report.sections for entry in section.entries if entry.must_break)
    head = el("tr", el("th", "case", scope="col"), el("th", "sabotages under which it must be violated", scope="col"))
    says = ", ".join(f"{sign} {what}" for what, sign in _SIGN.items())
    return el(
        "section",
        el("h2", "Broken on purpose"),
        el("details",
           el("summary", f"{seen} of {len(pairs)} sabotages made their case violated, judged by the current checks"),
           el("p", says, class_="note"),
           el("div", el("table", el("thead", head), el("tbody", *rows)), class_="scroll", tabindex="0", role="group",
              aria_label="Table: cases by sabotages")),
        class_="chapter sabotaged",
    )  # fmt: skip


def outcome(section: Section, entry: Entry, sabotage: str) -> str:
    """Return the observation of one case under one sabotage, in words."""
    proofs = [proof for proof in section.proofs if proof.sabotage == sabotage and proof.case == entry.case]
    current = [proof for proof in proofs if entry.judged_as(proof)]
    if any(proof.broke for proof in current):
        return _SEEN
    if current:
        return _NOT
    return _BEFORE if any(proof.broke for proof in proofs) else _NEVER


def _row(section: Section, entry: Entry) -> Markup:
    name = f"{entry.claim}{' · ' + plain(entry.case) if entry.case else ''}"
    cells = (_tile(section, entry, sabotage) for sabotage in entry.must_break)
    return el("tr", el("th", el("a", name, href=f"#{entry.anchor}"), scope="row"), el("td", *cells))


def _tile(section: Section, entry: Entry, sabotage: str) -> Markup:
    what = outcome(section, entry, sabotage)
    told: list[Trial] = [one for one in section.proofs if one.sabotage == sabotage and one.case == entry.case]
    sign = el("span", _SIGN[what], class_="sign holds" if what == _SEEN else "sign inconclusive", aria_hidden="true")
    words = join(sign, f" {sabotage}", el("span", f", {what}", class_="hidden"))
    return el("span", words, class_="tile", title=told[-1].why if told else what)
