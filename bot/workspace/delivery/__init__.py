"""How an app hears of things: Socket Mode or signed HTTP, with Slack's patience and retries."""
