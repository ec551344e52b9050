"""The contract of the job queue and of the lock, on the doubles and on Redis."""
