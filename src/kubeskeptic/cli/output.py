"""Output of commands: JSON for programs, and files that were named on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kubeskeptic.errors import BadInput

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def as_json(data: object) -> None:
    """Print data for programs."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def write(path: Path, text: str) -> None:
    """Write a file that was named on the command line.

    :raises BadInput: when it cannot be written
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}; name a file in a folder that exists") from error
