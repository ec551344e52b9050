"""The database specialist: locks, connections, statements, storage and replication."""
