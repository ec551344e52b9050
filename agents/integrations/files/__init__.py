"""Files on this machine as live sources: topology, changes, JSON logs and spans."""
