"""What each `warroom` command does; `bot/cli.py` puts them together."""
