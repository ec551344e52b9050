"""The network specialist: names, connections, certificates and paths."""
