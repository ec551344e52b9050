"""The contract of the journal, on the double, SQLite and PostgreSQL."""
