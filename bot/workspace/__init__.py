"""A local workspace: a Slack-compatible server, and a page for the people in it."""
