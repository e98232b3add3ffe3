"""Benchmarks: scripts that measure the running product and print a table. They assert nothing.

Each compares things within one run, because machines differ and are noisy: quote ratios and medians.
"""
