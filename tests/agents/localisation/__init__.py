"""The tests of statistics over telemetry and topology."""
