"""Faults from a shell: what is understood, and what is said of what is not."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.cli.fault_settings import settings_of
from kubeskeptic.cli.faults import made, says, span
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.faults.network.drop_packets import DropPackets
from kubeskeptic.faults.pods.delete_pod import DeletePod


def test_settings_are_given_by_name_and_have_their_types() -> None:
    assert made("drop_packets", ["node=w1", "percent=30"]) == DropPackets("w1", 30)
    assert made("delete_pod", ["namespace=n", "pod=p", "force=true"]) == DeletePod("n", "p", force=True)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["percent=30"], "drop_packets needs node=…"),
        (["node=w1", "percent=lots"], "percent of drop_packets is a whole number, not “lots”"),
        (["host=w1"], "drop_packets has no setting “host”; it has node=text, percent=whole number"),
        (["w1"], "drop_packets has no setting “w1”; it has node=text"),
        (["node"], "“node” has no value; write node=VALUE"),
        (["node="], "node of drop_packets is empty; it needs a value: name of the node"),
        ([""], "a setting has the form NAME=VALUE, not “”; drop_packets has node=text"),
        (["=w1"], "a setting has the form NAME=VALUE, not “=w1”"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(settings: list[str], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        made("drop_packets", settings)
    assert words in str(refused.value)


@pytest.mark.parametrize("value", ["inf", "nan", "-inf"])
def test_a_number_is_a_finite_one(value: str) -> None:
    with pytest.raises(BadInput, match=f"seconds of drain_node is a number, not “{value}”"):
        made("drain_node", ["node=w1", f"seconds={value}"])


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_refuses_what_is_empty_or_left_out_in_one_sentence(fault: str) -> None:
    required = [one.name for one in fields(FAULTS[fault]) if one.default is MISSING]  # type: ignore[arg-type]
    for name in required:
        with pytest.raises(BadInput, match=f"{name} of {fault} is "):
            made(fault, [f"{name}="])
    if required:
        ended = CliRunner().invoke(main, ["inflict", fault, f"{required[0]}="])
        assert (ended.exit_code, ended.output.count("\n")) == (4, 1)
        with pytest.raises(BadInput, match=f"{fault} needs {required[0]}="):
            made(fault, [])


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("1.5m", 90), ("2h", 7200), ("45", 45)])
def test_a_time(text: str, seconds: float) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["0s", "-5s", "soon", "5d", ""])
def test_no_time(text: str) -> None:
    with pytest.raises(BadInput, match="30s, 5m or 1h"):
        span(text)


def test_every_fault_is_listed_with_one_sentence() -> None:
    listed = CliRunner().invoke(main, ["faults"])
    assert listed.exit_code == 0
    for name, fault in FAULTS.items():
        assert f"{name}  ({fault.risk.words})  {says(fault)}" in listed.output
        assert 10 < len(says(fault)) < 110


def test_an_unknown_fault_ends_with_the_status_of_bad_input() -> None:
    refused = CliRunner().invoke(main, ["inflict", "meteor"])
    assert (refused.exit_code, refused.output) == (
        4, "skeptic: there is no fault “meteor”; `skeptic faults` lists all\n"
    )  # fmt: skip


def test_an_unknown_fault_is_answered_with_those_that_are_like_it() -> None:
    for word, like in (("crash-node", "crash_node"), ("kill-corends", "kill_coredns"), ("crahs_node", "crash_node")):
        refused = CliRunner().invoke(main, ["faults", word])
        assert refused.exit_code == 4
        assert refused.output.startswith(f"skeptic: there is no fault “{word}”; did you mean {like}")
        assert refused.output.endswith("? `skeptic faults` lists all\n")


def test_one_fault_is_described_with_what_its_settings_mean() -> None:
    told = CliRunner().invoke(main, ["faults", "raise_eviction_threshold"]).output
    for line in (
        "node=text               name of the node",
        "signal=text             `memory.available` or `nodefs.available`",
        "spare_mib=whole number  MiB by which the available amount must shrink until the threshold is crossed",
    ):
        assert f"\n    {line}\n" in told


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_setting_of_every_fault_is_explained(fault: str) -> None:
    for one in settings_of(FAULTS[fault]).values():
        assert 5 < len(one.says) < 120, one
        assert ":param" not in one.says


def test_an_explanation_of_several_lines_ends_where_the_next_begins() -> None:
    @dataclass(frozen=True)
    class Example(DropPackets):
        """Does little.

        :param node: the ``node``
            of the pod
        :param percent: a share
        :raises BadInput: never

        More words.
        """

    told = settings_of(Example)
    assert (told["node"].says, told["percent"].says) == ("the `node` of the pod", "a share")
