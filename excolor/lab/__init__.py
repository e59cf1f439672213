"""Is it really gone? What can still be read, seen and relearned after a deletion, and what erasing afterwards does.

One idea per file: `probes`, `ring`, `race` and `leace`; `audit` asks all of them of one model, `many` of the runs of a
sweep (docs/experiment.md, "The audit").
"""
