"""Undoing from another process: cleanup from journals, undo records and labels; snapshots of the cluster.

==================  ================================================================================
``replay``          undoing one fault from its record: what a switch runs, and cleanup for each fault
``leftovers``       what of ours is left in a cluster; ``in_nodes``: in its nodes
``cleanup``         removing it
``locate_cluster``  the cluster of ours with a given name, in whatever state it is
``snapshot``        the state of a cluster, and how it differs from an earlier one
==================  ================================================================================
"""
