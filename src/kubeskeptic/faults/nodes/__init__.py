"""Faults of whole nodes: crashed, restarted, frozen, shut down, drained, cordoned, tainted."""
