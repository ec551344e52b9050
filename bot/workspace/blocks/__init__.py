"""Block Kit: what Slack accepts, and what it says when it does not."""
