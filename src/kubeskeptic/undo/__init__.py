"""Undoing without the one who did it: dead man's switches, cleanup from journals and labels, snapshots.

Import from its modules; this page imports nothing, because the switch's process starts through it and has to be small.

==============  ========================================================================================
``anyway``      writing that undoing does not wait for
``switch``      the process that waits for a deadline or for the death of a run, and undoes
``arming``      arming and disarming it
``timers``      the switches in nodes
``notes``       what is left in nodes and on objects for when a journal is lost
``present``     the cluster of ours that is there, whatever state it is in
``reach``       how another process finds the same cluster again
``replay``      undoing one fault from its record, which is what a switch runs
``ledger``      which faults of a journal are not done
``residue``     what of ours is left in a cluster
``cleanup``     undoing all of that
``snapshot``    what a cluster looked like, and how it differs now
==============  ========================================================================================
"""
