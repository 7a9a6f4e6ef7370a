"""Running a command of the machine, without a shell."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from kubeskeptic.durations import COMMAND, Patience
from kubeskeptic.errors import CommandFailed, MissingRequirement


def run(
    command: Sequence[str],
    *,
    patience: Patience = COMMAND,
    stdin: str | bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run ``command`` and return what it printed on standard output.

    :param env: the whole environment, not an addition to it
    :raises CommandFailed: when it ends with a status other than zero or does not end in time
    :raises MissingRequirement: when there is no such command
    """
    shown = shlex.join(command)
    data = stdin.encode() if isinstance(stdin, str) else stdin
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, env=env, cwd=cwd, timeout=patience.seconds, check=False
        )
    except FileNotFoundError as missing:
        raise MissingRequirement(
            f"there is no command `{command[0]}` on this machine; install it and run again"
        ) from missing
    except subprocess.TimeoutExpired as late:
        raise CommandFailed(shown, None, _text(late.stderr) or _text(late.stdout)) from None
    if done.returncode != 0:
        raise CommandFailed(shown, done.returncode, _text(done.stderr) or _text(done.stdout))
    return _text(done.stdout)


def _text(data: bytes | None) -> str:
    return (data or b"").decode(errors="replace")
