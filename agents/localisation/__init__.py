"""Statistics over telemetry and topology: onset, anomaly and ranking."""
