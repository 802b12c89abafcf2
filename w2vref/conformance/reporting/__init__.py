"""Results for people and programs: a table, JSON, one HTML page."""
