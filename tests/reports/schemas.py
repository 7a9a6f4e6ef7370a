"""A result held against ``result.schema.json``."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from kubeskeptic.reports.result_json import schema


def errors(result: Any) -> list[str]:
    """Return everything that is wrong with a result, each with the place where."""
    found = Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(result)
    return [f"{error.json_path}: {error.message}" for error in found]
