"""The one door for every tool call: scope, rate, cache, size, redaction, ledger."""
