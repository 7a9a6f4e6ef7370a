"""The exceptions that this library raises on purpose, as one tree, and exit statuses in words.

::

    SkepticError                 exit 1
    ├── BadInput                 exit 4   the input is not valid; the message says what to enter instead
    │   └── UnknownClaim
    ├── MissingRequirement       exit 1   the machine lacks something; the message says what, and how to get it
    ├── CommandFailed            exit 1   a command on the machine, in the engine or in a node failed
    ├── PatienceExhausted        exit 1   a wait gave up; the message contains the last state seen
    ├── ClusterError             exit 1   the API server refused a request
    │   ├── NotFound
    │   ├── Forbidden
    │   ├── Conflict
    │   └── Gone                          a watch requested a resource version that the server no longer has
    ├── Unanswered               exit 1   the API server did not answer
    ├── Refused                  exit 21  the harness may not touch the cluster, or not now
    │   └── Untestable           exit 21  there is no such cluster, or no run can begin on it
    ├── LeftDirty                exit 20  a change made by the harness could not be undone
    ├── NotAsked                 exit 21  this cluster cannot be tested for it: a claim is skipped, a command is refused
    └── Inconclusive             exit 10  nothing can be concluded from the observations
        └── DiskFull                      observations cannot be written; also an OSError

A caller handles the level it needs. Errors of libraries are mapped to these in one place, where the library is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SkepticError(Exception):
    """Base of all deliberate errors of the harness. The text is one sentence that says what to do."""

    exit_status = 1


class BadInput(SkepticError):
    """The input is not valid."""

    exit_status = 4


class UnknownClaim(BadInput):
    """No claim in the catalogue has this id."""


class MissingRequirement(SkepticError):
    """The machine lacks something that is needed."""


class CommandFailed(SkepticError):
    """A command ended with a status other than zero, or did not end in time."""

    def __init__(self, command: str, status: int | None, output: str) -> None:
        self.command = command
        self.status = status
        self.output = output
        how = "did not end in time" if status is None else f"ended with status {status}"
        tail = "\n".join(output.strip().splitlines()[-8:])
        super().__init__(f"`{command}` {how}: {tail}" if tail else f"`{command}` {how}")


class PatienceExhausted(SkepticError):
    """A wait gave up. Patience is a limit of the harness: it says nothing about what Kubernetes promises."""


class ClusterError(SkepticError):
    """The API server refused a request."""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class NotFound(ClusterError):
    """The object does not exist."""


class Forbidden(ClusterError):
    """The harness's permissions, an admission policy or a quota forbid the request."""


class Conflict(ClusterError):
    """The object already exists, was changed in the meantime, or another field manager owns the field."""


class Gone(ClusterError):
    """The resource version is too old to watch from."""


class Unanswered(SkepticError):
    """The API server could not be reached, or did not answer in time."""


class Refused(SkepticError):
    """The harness may not touch the cluster, or another run is using it."""

    exit_status = 21


class Untestable(Refused):
    """No run can begin: there is no such cluster, it is not healthy, or no login to it succeeded."""


class LeftDirty(SkepticError):
    """Something made by the harness is still in the cluster after everything possible was undone."""

    exit_status = 20


class NotAsked(SkepticError):
    """This cluster cannot be tested for something, or not by the harness: the claims are *skipped*. The text is the reason.

    The exit status is that of a command that it ends: the command did not do what it was called for.
    """

    exit_status = 21


class Inconclusive(SkepticError):
    """Nothing can be concluded, for example because of a gap, a fault that did not bite or a dirty baseline."""

    exit_status = 10


class DiskFull(Inconclusive, OSError):
    """Observations can no longer be written. Also an OSError, so that undoing treats it as one and continues."""


_BY_STATUS: dict[int, type[SkepticError]] = {
    one.exit_status: one for one in (BadInput, LeftDirty, Refused, Inconclusive)
}


def error_of(status: int) -> type[SkepticError]:
    """Return the error that an exit status of another process of ours stands for; for others, the general one."""
    return _BY_STATUS.get(status, SkepticError)


@contextmanager
def reading(path: Path, what: str, how: str) -> Iterator[None]:
    """Raise BadInput, in one sentence, for a file that cannot be read or has other contents than the block expects.

    :param what: what the file must be, with its article: ``a file of proofs``
    :param how: what to do about it
    """
    try:
        yield
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}; {how}") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise BadInput(f"{path} is not {what} ({why}); {how}") from error


INTERRUPTED = 2
"""The exit status of an interrupted command: that of pytest (``pytest.ExitCode.INTERRUPTED``)."""
EXIT_STATUSES = {
    0: "nothing failed",
    1: "a claim is violated, or a test or a requirement failed",
    INTERRUPTED: "interrupted",
    3: "an error of the harness itself",
    4: "the command line or the configuration is not valid",
    5: "no test was selected",
    10: "nothing is violated, but a claim is inconclusive",
    20: "the cluster was left dirty; `skeptic cleanup` puts it right",
    21: "the cluster was refused, or no run could begin on it",
}
"""The exit statuses of pytest and of the harness."""


def exit_in_words(status: int) -> str:
    """Return an exit status as a number and in words; ``python -m kubeskeptic.errors 10`` prints it.

    make turns every status except 0 into 2, so it is said in the last line.
    """
    return f"exit status {status}: {EXIT_STATUSES.get(status, 'ended by a signal' if status > 128 else 'unknown')}"


if __name__ == "__main__":
    print(exit_in_words(int(sys.argv[1])))
