"""What people do in Slack: one file per command, action, view and event."""
