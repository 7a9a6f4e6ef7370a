"""``skeptic claims``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kubeskeptic.claims import CHAPTERS, Claim, catalogue, claim
from kubeskeptic.claims.markdown import filled
from kubeskeptic.cli import output
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.errors import reading
from kubeskeptic.reports.wording import quoted

_EXPECTED = {
    "agrees": "the post agrees",
    "qualified": "the post is qualified",
    "contradicts": "the post is contradicted",
}
"""What a claim says about the post, in words."""


@click.command()
@click.argument("ids", nargs=-1)
@AS_JSON
@click.option(
    "--fill",
    type=click.Path(path_type=Path, exists=True),
    help="Write the generated parts of a Markdown file, such as README.md, anew.",
)
def claims(ids: tuple[str, ...], as_json: bool, fill: Path | None) -> None:
    """List the claims. With IDS, show these in full.

    \b
    skeptic claims
    skeptic claims service.node-dies
    skeptic claims --json
    """
    if fill:
        with reading(fill, "a text file", "name a Markdown file"):
            text = fill.read_text(encoding="utf-8")
        output.write(fill, filled(text))
        return
    chosen = [claim(id_) for id_ in ids] or list(catalogue())
    if as_json:
        output.as_json([as_record(one) for one in chosen])
        return
    width = max(len(one.id) for one in chosen)
    for one in chosen:
        click.echo(_whole(one) if ids else f"{one.id:<{width}} {one.post or '–':<11} {_says(one)}")


def as_record(one: Claim) -> dict[str, object]:
    """Return a claim as data, with its risk level in words."""
    return asdict(one) | {"needs": one.needs.words}


def _says(one: Claim) -> str:
    """Return the post's words, or a note for a claim of the project's own, which has none."""
    return quoted(one.says) if one.says else "(ours; the post does not say it)"


def _whole(one: Claim) -> str:
    expected = _EXPECTED[one.post] if one.post else "nothing: the post does not say it"
    lines = [
        click.style(one.id, bold=True),
        f"  chapter    {CHAPTERS[one.chapter]}",
        f"  the post   {_says(one)}",
        f"  we ask     {one.states}",
        f"  expected   {expected}{f': {one.condition}' if one.condition else ''}",
        f"  needs      {one.needs.words}",
        f"  broken by  {', '.join(one.broken_by) or '–'}",
    ]
    return "\n".join(lines) + "\n"
