"""Why nothing that was named can be performed: a sabotage does not exist, or breaks none of the claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from kubeskeptic.claims import claim
from kubeskeptic.errors import BadInput
from kubeskeptic.proving.suites import Asked


def require_known(asked: Sequence[Asked], scenario: str | None, sabotages: Iterable[str]) -> None:
    """Raise BadInput for a scenario or sabotage that no suite has.

    :param asked: everything that the suites ask
    :raises BadInput: with similar names
    """
    scenarios = {one.scenario.id for one in asked}
    known = {id_ for one in asked for id_ in one.scenario.sabotages}
    if scenario is not None and scenario not in scenarios:
        raise BadInput(f"there is no scenario “{scenario}”; {_alike(scenario, scenarios)}")
    for id_ in sabotages:
        if id_ not in known:
            raise BadInput(f"there is no sabotage “{id_}”; {_alike(id_, known)}")


def why_nothing(asked: Sequence[Asked], sabotages: Collection[str]) -> str:
    """Return why none of these cases meets any of these sabotages; one that is in force in other acts is reported first.

    :param asked: the chosen cases
    :param sabotages: the named sabotages, all known; empty for those of the claims
    """
    claims = dict.fromkeys(one.case.claim for one in asked)
    for id_ in sabotages or dict.fromkeys(each for one in claims for each in claim(one).broken_by):
        for one in asked:
            declared = one.scenario.sabotages.get(id_)
            if declared and id_ in claim(one.case.claim).broken_by and not declared.breaks_in(one.case.acts):
                return (
                    f"{one.scenario.id} declares the sabotage {id_} for {_acts(declared.acts)}, but {one.case} reads "
                    f"{_acts(one.case.acts)}; declare it there, too"
                )
    if len(claims) == 1:
        (only,) = claims
        its = ", ".join(dict.fromkeys(each.id for one in asked for each in one.sabotages))
        if sabotages:
            does = "do not" if len(sabotages) > 1 else "does not"
            has = f"its sabotages are {its}" if its else "no scenario that asks it declares any of its sabotages"
            return f"{', '.join(sabotages)} {does} break {only}; {has}"
        return f"nothing breaks {only}: no scenario that asks it declares any of its sabotages"
    return "no suite has a case of this selection; `skeptic claims` lists the claims, `--help` the options"


def _acts(names: Iterable[str]) -> str:
    named = list(dict.fromkeys(names))
    return f"the act{'s' if len(named) > 1 else ''} {' and '.join(sorted(named))}"


def _alike(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=3)
    return f"did you mean {' or '.join(close)}?" if close else "`skeptic prove --dry-run` lists all"
