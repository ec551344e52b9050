"""What Slack tells us of by itself."""
