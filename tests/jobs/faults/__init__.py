"""What goes wrong at night, on real Redis, real SQLite and real forked workers."""
