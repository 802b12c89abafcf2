"""Measurements, run by hand (`nox -s bench`, `nox -s quality`); nothing here is part of the package."""
