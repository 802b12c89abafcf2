"""The semantics: every algorithm in readable NumPy, one thread."""
