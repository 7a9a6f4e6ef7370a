"""Faults of pods: deleted, killed, hung, unready, slow."""
