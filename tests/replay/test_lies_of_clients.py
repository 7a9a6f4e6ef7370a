"""Lies about the clients: a probe that kept its port, or its connection, where a claim is about new ones."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.journal import Record
from tests.replay.telling import PODS, Teller


@pytest.mark.parametrize(
    ("case", "probe", "other"),
    [
        ("service.stable (pods killed)", "name", {"keep_port": True}),
        ("service.pod-killed (graceful, preStop)", "web", {"kind": "http-kept"}),
        ("service.pod-killed (forced)", "plain", {"kind": "http-kept"}),
    ],
)
def test_clients_kept_what_should_be_new(told: Teller, case: str, probe: str, other: Record) -> None:
    def change(record: Record) -> Iterable[Record]:
        mine = (record["kind"], record.get("scenario"), record.get("probe")) == ("probe", PODS, probe)
        return [record | {"spec": record["spec"] | other} if mine else record]

    finding = told(case, change)
    assert (finding.verdict, "kept its connection, unlike what is claimed" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )
