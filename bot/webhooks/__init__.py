"""What monitoring sends: verified, deduplicated, recorded and enqueued."""
