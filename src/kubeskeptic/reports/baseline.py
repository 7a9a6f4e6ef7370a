"""A run's findings as a file for a repository: text that reviewers can read, and to which a later run can be compared.

::

    schema: 1
    run: {id: 20261126-010451-30b6, kubernetes: v1.37.2, provider: kind, nodes: 4, harness: 0.2.0}
    settings: {GRACE: 50 s}
    claims:
    - id: heal.crash
      case: once
      verdict: holds
      measured: {restarted: 1.3 s}
      bound: {restarted: at most 4.7 s}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kubeskeptic.errors import BadInput
from kubeskeptic.findings import Verdict
from kubeskeptic.reports.pair import Result

NAME = "kubeskeptic-baseline.yaml"
"""The default file name."""
_HEAD = """\
# Verdicts and numbers of a run. Written by `skeptic baseline write`; `skeptic baseline check` compares the last run with
# them, and fails when a claim that held no longer holds.
"""
_AT_LEAST, _AT_MOST = "at least ", "at most "


def text(result: Result) -> str:
    """Return the baseline of a result, with claims in the result's order."""
    run = result["run"]
    about = {name: run.get(name) for name in ("id", "kubernetes", "provider", "harness")} | {"nodes": len(run["nodes"])}
    document = {
        "schema": 1,
        "run": about,
        "settings": {name: _amount(one) for name, one in run["settings"].items()},
        "claims": [_entry(one) for one in result["claims"]],
    }
    return _HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def read(path: Path) -> Result:
    """Return a baseline in the form of a ``result.json``, so that the two can be compared.

    :raises BadInput: when the file cannot be read, or is not a baseline in schema 1
    """
    again = "; `skeptic baseline write` writes a new one"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}{again}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not YAML ({' '.join(str(error).split())}){again}") from error
    if not isinstance(document, dict) or document.get("schema") != 1:
        found = document.get("schema") if isinstance(document, dict) else "none"
        raise BadInput(f"{path} is not a baseline in schema 1 (its schema: {found}){again}")
    try:
        return _result(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{path} is a damaged baseline ({type(error).__name__}: {error}){again}") from error


def _entry(one: Result) -> dict[str, Any]:
    case = {"case": one["case"]} if one["case"] else {}
    numbers = {
        "measured": {name: _amount(value) for name, value in one["measured"].items()},
        "bound": {
            name: f"{_AT_LEAST if value['at_least'] else _AT_MOST}{_amount(value)}"
            for name, value in one["bound"].items()
        },
    }
    return {"id": one["id"], **case, "verdict": str(one["verdict"]), **{k: v for k, v in numbers.items() if v}}


def _result(document: Mapping[str, Any]) -> Result:
    run = document["run"]
    settings = {name: {**_value(said), "from": "the baseline"} for name, said in document["settings"].items()}
    about = {"started": None, "ended": "", "seed": None, "nodes": [""] * int(run["nodes"]), "settings": settings}
    return {"schema": 1, "run": {**run, **about}, "claims": [_claim(one) for one in document["claims"]]}


def _claim(one: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {name: _bound(said) for name, said in one.get("bound", {}).items()}
    measured = {name: _value(said) for name, said in one.get("measured", {}).items()}
    return {
        "id": str(one["id"]), "case": one.get("case"), "verdict": Verdict(one["verdict"]), "why": "recorded in the baseline",
        "bound": bounds, "measured": measured,
    }  # fmt: skip


def _amount(one: Result) -> str:
    return f"{one['value']:g} {one['unit']}".rstrip()


def _value(said: str) -> dict[str, Any]:
    value, _, unit = str(said).partition(" ")
    return {"value": float(value), "unit": unit}


def _bound(said: str) -> dict[str, Any]:
    at_least = said.startswith(_AT_LEAST)
    if not at_least and not said.startswith(_AT_MOST):
        raise ValueError(f"“{said}” is not a bound, such as “at most 4 s”")
    return {**_value(said.removeprefix(_AT_LEAST).removeprefix(_AT_MOST)), "from": "the baseline", "at_least": at_least}
