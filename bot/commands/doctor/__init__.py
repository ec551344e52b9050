"""Whether this installation can work: each credential, scope, queue and source."""
