"""The kinds of records, and what is in them. Times are Unix seconds, lengths of time are seconds.

``run``        id, seed, kubernetes, provider, context, nodes [name], roles {node: role}, settings {name: {value, unit, from}},
               harness (version), command (that runs it again)
``run-ended``  clean (bool; null: not inspected), why (it was not)
``scenario``   id, phase "start" | "end", namespace, test (file), irreducible (seconds; at the end), why (when it broke off)
``fact``       scenario, name, value: what the story knows and a check needs ("cluster_ip", "victim", "dead_node")
``seen``       scenario, act, table, cells {name: value}: what the scenario itself saw, as a command in a pod or an object showed it
``act``        scenario, act, phase "baseline" | "start" | "end": the baseline is clean from "baseline" to "start"
``fault``      id, fault (its name), scenario, act, targets [str], phase one of
               intent, armed, applying, applied, bit, undoing, undone, healed, disarmed, done, failed;
               intent also has settings {…}, undo {…} and says (a sentence); bit and healed have evidence (a sentence)
``probe``      scenario, probe, spec {…}, nodes [name]
``nodes``      nodes [name], joined [name], left [name]: the cluster's nodes, when they changed during the run. A node that
               joined is asked from its first sample on; before that there is a ``gap`` of all its probes
``priority``   node, agent (pod), boot, realtime (bool: as the agent's process found it), how (from where it was given),
               why_not; written when it changes
``stall``      node, boot, since, until, error (seconds): the agent's process did not run, so that no probe of the node
               asked or read anything; an answer read at its end may have come at any time in it, ``took`` is its upper limit
``samples``    node, agent (pod), boot, realtime (bool), offset, error (both seconds: add ``offset`` to the agent's clock to get
               the harness's), probes [{name, scenario, number, period, t0}], names [str], unknowns {what: count}, columns of
               equal length: probe [index], tick, sent, took, outcome [index in OUTCOMES], by [index in names], port. A name is
               that of :mod:`kubeskeptic.agent.answered_by`. A question that was asked is a sample; one that a stall left in
               doubt is of outcome unknown, with the reason "stalled: …" among the unknowns. The node is
               ``outside→TARGET`` for what was asked from the harness's machine; so it is in ``probe``, ``stall``, ``gap``
``gap``        source "probe" | "watch", node (probes), probe (or "" for all of that node), resource (watches),
               since, until (null: still open), reason, ticks (questions missing; null: of all kinds and not counted)
``change``     scenario, resource ("Pod"), type "LISTED" | "ADDED" | "MODIFIED" | "DELETED", seen, object {…}
``instrument`` node, injected, measured, tick (all seconds), proven (bool), attempts, edges (how late its edges were asked)
``finding``    scenario, test (node id), claim, case, verdict, why, bounds {name: {value, unit, from}},
               measured {name: {value, unit}}, post, nodes [name], window [since, until], probes [name], decisive [str]
``evidence``   scenario, act, before (what it was taken before), folder (below the run's), files, seconds, missing [str]:
               logs, events and states, kept when a claim of the scenario is violated or inconclusive
``sabotage``   id, says
``torn``       line, bytes (made by the reader)
"""
