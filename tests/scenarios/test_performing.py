from types import SimpleNamespace
from typing import Any, cast

from kubeskeptic.guard.risk import Risk
from kubeskeptic.runs import Run
from kubeskeptic.scenarios import scenario
from kubeskeptic.scenarios.performing import perform
from kubeskeptic.timeline import Recording


def test_a_scenario_happens_once_in_a_run_whoever_reads_it() -> None:
    @scenario("chapter/name", needs=Risk.NAMESPACE)
    def story(stage: Any) -> None:
        raise AssertionError("it was performed again")

    seen = Recording("chapter/name")
    run = cast(Run, SimpleNamespace(recordings={"chapter/name": seen}))
    assert perform(run, story) is seen
