"""Repeatable benchmarks: a market of 100,000 variants under load, beside pgbench in the same run."""
