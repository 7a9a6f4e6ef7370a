"""The kinds of records, and what is in them. Times are Unix seconds, lengths of time are seconds.

``run``        id, seed, kubernetes, provider, context, nodes [name], roles {node: role}, settings {name: {value, unit, from}},
               harness (version), command (that runs it again)
``run-ended``  clean (bool; null: nobody could look), why (nobody could)
``scenario``   id, phase "start" | "end", namespace, test (file), irreducible (seconds; at the end), why (when it broke off)
``fact``       scenario, name, value: what the story knows and a check needs ("cluster_ip", "victim", "dead_node")
``act``        scenario, act, phase "baseline" | "start" | "end": the baseline is clean from "baseline" to "start"
``fault``      id, fault (its name), scenario, act, targets [str], phase one of
               intent, armed, applying, applied, bit, undoing, undone, healed, disarmed, done, failed;
               intent also has settings {…}, undo {…} and says (a sentence); bit and healed have evidence (a sentence)
``probe``      scenario, probe, spec {…}, nodes [name]
``samples``    node, agent (pod), boot, offset, error (both seconds: add ``offset`` to the agent's clock to get the harness's),
               probes [{name, scenario, period, t0}], names [str], unknowns {what: count}, and columns of equal length:
               probe [index], tick, sent, took, outcome [index in OUTCOMES], by [index in names], port
``gap``        source "probe" | "watch", node (probes), probe (or "" for all of that node), resource (watches),
               since, until (null: still open), reason
``change``     scenario, resource ("Pod"), type "LISTED" | "ADDED" | "MODIFIED" | "DELETED", seen, object {…}
``instrument`` node, injected, measured, tick (all seconds), proven (bool), attempts, edges (how late its edges were asked)
``finding``    scenario, test (node id), claim, case, verdict, why, bounds {name: {value, unit, from}},
               measured {name: {value, unit}}, post, nodes [name], window [since, until], probes [name], decisive [str]
``evidence``   scenario, act, before (what it was taken before), folder (below the run's), files, seconds, missing [str]:
               logs, events and states, kept when a claim of the scenario is violated or inconclusive
``sabotage``   id, says
``torn``       line, bytes (made by the reader)
"""
