"""Undoing from another process: cleanup from journals, undo records and labels; snapshots of the cluster.

==================  ================================================================================
``replay``          undoes one fault from its record: run by a switch, and by cleanup for each fault
``leftovers``       finds what runs have left in a cluster; ``in_nodes``: in its nodes
``cleanup``         removes it
``locate_cluster``  finds our cluster with a given name, in any state
``snapshot``        the state of a cluster, and how it differs from an earlier one
==================  ================================================================================
"""
