"""Errors of the command line in one sentence, in the form of all other errors."""

from __future__ import annotations

import re
from typing import Any

import click

from kubeskeptic.errors import BadInput

_WORDS = (
    (r"(?<!\w)'([^']*)'(?!\w)", r"“\1”"),
    (r" is not a valid integer( range)?$", " is not a whole number"),
    (r" is not in the range (\d+)<=x<=(\d+)$", r" is not a number from \1 to \2"),
    (r"^got unexpected extra argument", "unexpected argument"),
    (r"\.? \(?Did you mean (?:one of: )?(.*)\?\)?$", r"; did you mean \1?"),
    (r"\. ", "; "),
)
"""Patterns in the words of click, and what they become, in order."""


class Percentage(click.ParamType[float]):
    """A number of percent, at least 0."""

    name = "percentage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002
        """Return the number.

        :raises BadInput: when it is not a percentage
        """
        if re.fullmatch(r"\d+(\.\d*)?|\.\d+", str(value).strip()):
            return float(value)
        name = param.opts[0] if param else "the value"
        raise BadInput(f"{name} is a percentage, such as 20, not “{value}”")


def bad_input(error: click.UsageError, command: str = "") -> BadInput:
    """Return click's error as ours: one sentence that ends with where the usage is shown.

    :param command: the command that was being parsed, for errors that do not know it
    """
    said = " ".join(_message(error).split()).rstrip(".")
    for words, ours in _WORDS:
        said = re.sub(words, ours, said)
    path = _path(error.ctx) if error.ctx else ["skeptic", *command.split()]
    return BadInput(f"{said}{'' if said.endswith('?') else ';'} `{' '.join(path)} --help` shows the usage")


def _message(error: click.UsageError) -> str:
    """Return what is wrong, with options and arguments under the names that the usage shows."""
    if isinstance(error, click.MissingParameter) and error.param:
        return f"{_name(error.param)} is missing"
    if isinstance(error, click.BadParameter) and error.param:
        return f"{_name(error.param)}: {_lower(error.message)}"
    return _lower(error.format_message())


def _lower(said: str) -> str:
    return said[:1].lower() + said[1:]


def _name(param: click.Parameter) -> str:
    return param.human_readable_name.upper() if isinstance(param, click.Argument) else max(param.opts, key=len)


def _path(ctx: click.Context | None) -> list[str]:
    """Return the words of a command with its groups, as in a shell, whatever name this process was started under."""
    if ctx is None or ctx.parent is None:
        return ["skeptic"]
    return [*_path(ctx.parent), str(ctx.info_name)]
