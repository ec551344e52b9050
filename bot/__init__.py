"""The faces: Slack, webhooks, the console and the command line; nothing slow happens here."""
