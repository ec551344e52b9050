"""A bare Git repository on this machine as the code host."""

from agents.integrations.git.code_host import LocalGitCodeHost

__all__ = ["LocalGitCodeHost"]
