"""AWS through boto3 as a source of telemetry."""
