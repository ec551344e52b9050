"""The AWS specialist: alarms, targets, instances, functions and control-plane changes."""
