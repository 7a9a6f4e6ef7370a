"""The file of proofs: which claim turned violated under which sabotage, when, and where."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kubeskeptic.errors import BadInput


@dataclass(frozen=True)
class Proof:
    """What became of one claim's verdict under one sabotage.

    :param case: of the claim, as the suite calls it
    :param verdict: ``violated`` proves that the check can fail; anything else does not
    :param at: Unix seconds
    :param why: the finding's sentence
    :param digest: a hash of the test and of the checks that it calls, as they were then
    """

    claim: str
    case: str
    sabotage: str
    verdict: str
    run: str
    kubernetes: str
    harness: str
    at: float
    why: str
    digest: str = ""


def read_proofs(path: Path) -> list[Proof]:
    """The proofs of a file; none when there is no file.

    :raises BadInput: when the file is something else
    """
    if not path.exists():
        return []
    try:
        return [Proof(**entry) for entry in json.loads(path.read_text())]
    except (ValueError, TypeError) as error:
        raise BadInput(f"{path} is not a file of proofs ({error}); delete it and run `skeptic prove`") from error


def write_proofs(path: Path, fresh: Iterable[Proof]) -> None:
    """Put new proofs into a file, in place of older ones about the same claim, case and sabotage."""
    kept = {(one.claim, one.case, one.sabotage): one for one in read_proofs(path)}
    kept |= {(one.claim, one.case, one.sabotage): one for one in fresh}
    ordered = [asdict(kept[key]) for key in sorted(kept)]
    whole = path.with_suffix(".new")
    whole.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")
    whole.replace(path)
