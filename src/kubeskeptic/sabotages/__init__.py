"""Sabotages that several scenarios share: named ways to break the cluster or the workload so that a claim must fail.

A scenario registers each next to its acts (:meth:`~kubeskeptic.scenarios.declaration.Scenario.sabotage`). ``skeptic prove``
performs a case's acts under each sabotage that must break it, and records the resulting verdict.
"""
