"""GitHub as the code host."""

from agents.integrations.github.code_host import GitHubCodeHost

__all__ = ["GitHubCodeHost"]
