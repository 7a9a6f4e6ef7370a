"""Proofs: every case is performed under each sabotage that must break it, and the resulting verdict is kept with the project.

A claim that no sabotage could break is not covered: a check that cannot fail proves nothing when it passes.
"""
