"""Mutation testing of what decides verdicts, by cosmic-ray: `make mutants`.

A mutant is the source with one small change, such as ``<`` for ``<=`` or a guard that is left out. It is killed when a test
fails, and survives when none does: then no test would notice that mistake.

operators    changes that cosmic-ray does not know: a dropped guard, a swapped min and max
wording      what is not changed: sentences, rounding, types
population   all mutants, in an order drawn by a seed
covering     which tests run which line
trial        one mutant against the tests that run its line
"""
