"""Word vectors and their queries."""
