"""The catalogue as Markdown, and verbatim code of the suites, for the README."""

from __future__ import annotations

import ast
import re

from kubeskeptic.claims.catalogue import CHAPTERS, catalogue, claim
from kubeskeptic.claims.model import Claim
from kubeskeptic.errors import BadInput, reading
from kubeskeptic.paths import shipped


def table() -> str:
    """Return all claims as a table, in the post's order."""
    rows = ["| claim | the post | we expect of it | broken by |", "|---|---|---|---|"]
    rows += [_row(one) for one in catalogue()]
    return "\n".join(rows)


def whole(id_: str) -> str:
    """Return one claim as a list."""
    one = claim(id_)
    rows = [
        f"- **{one.id}**, chapter {CHAPTERS[one.chapter]}",
        f"- *We ask:* {one.states}",
        f"- *We expect of the post:* {one.post}. {one.condition}".rstrip(),
        f"- *Broken by:* {', '.join(one.broken_by)}",
    ]
    return "\n".join(rows)


def source(file: str, function: str) -> str:
    """Return the source of a suite's function, unchanged, as a code block.

    :param file: the path in a checkout, such as ``suites/nodes/test_node_crashes.py``
    :raises BadInput: when there is no such file or function
    """
    with reading(shipped() / file, "a suite", "name a file of a checkout"):
        text = (shipped() / file).read_text(encoding="utf-8")
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    if function not in functions:
        raise BadInput(f"{file} has no function {function}; name one of {', '.join(functions)}")
    found = functions[function]
    first = min([found.lineno, *(decorator.lineno for decorator in found.decorator_list)])
    lines = text.splitlines()[first - 1 : found.end_lineno]
    return "\n".join(["```python", *lines, "```"])


def filled(text: str) -> str:
    """Return a document with its marked places filled from the catalogue and the suites."""
    text = re.sub(
        r"(<!-- source:(\S+):(\S+) -->\n).*?(<!-- /source -->)",
        lambda m: f"{m[1]}{source(m[2], m[3])}\n{m[4]}",
        text,
        flags=re.DOTALL,
    )
    text = re.sub(
        r"(<!-- claim:(\S+) -->\n).*?(<!-- /claim -->)", lambda m: f"{m[1]}{whole(m[2])}\n{m[3]}", text, flags=re.DOTALL
    )
    return re.sub(
        r"(<!-- claims -->\n).*?(<!-- /claims -->)", lambda m: f"{m[1]}{table()}\n{m[2]}", text, flags=re.DOTALL
    )


def _row(one: Claim) -> str:
    says = one.says.replace("“", "‘").replace("”", "’")  # quotes within the quote
    said, post = (f"“{says}”", one.post) if one.says else ("(ours)", "–")
    return f"| `{one.id}` | {said} | {post} | {', '.join(one.broken_by)} |"
