"""What past incidents teach: runbooks, recall and the track record."""
