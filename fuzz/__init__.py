"""Fuzzers, run by hand (`nox -s fuzz`); nothing here is part of the package."""
