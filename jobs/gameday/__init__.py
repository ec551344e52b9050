"""The game day: a small world of real processes that a demonstration breaks and heals."""
