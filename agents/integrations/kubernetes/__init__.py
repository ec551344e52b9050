"""The Kubernetes API as a source of telemetry."""
