"""Benchmarks: each measures one promise, several times, beside a baseline in the same run."""
