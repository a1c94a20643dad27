"""Django's own backend for PostgreSQL, with one writer at a time."""
