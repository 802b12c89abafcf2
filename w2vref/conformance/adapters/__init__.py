"""Adapters: implementations as targets of the suite, one module or package for each."""
