"""The journal and the recording in SQL: SQLite on one machine, PostgreSQL when outgrown."""
