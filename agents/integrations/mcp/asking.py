"""Specialists of our own that are asked as anybody else's would be: over MCP, in this process."""

from contextvars import ContextVar

from agents.domain.hypotheses import Answer
from agents.domain.plans import Member, Question
from agents.integrations.mcp.client import investigate_over_mcp
from agents.integrations.mcp.server import specialist_server
from agents.specialists.framework import Assignment, ListedCheck, Specialist

_LEAST_SECONDS = 5.0
"""A question taken up late still gets this long: its answer revises the account."""


class SpecialistOverMcp:
    """Puts a specialist behind its MCP server, so that ours and outside ones take one path.

    The server is made once, because describing its tools takes far longer than calling one.
    """

    def __init__(self, specialist: Specialist) -> None:
        """Make the specialist's server."""
        self._specialist = specialist
        self._assignment = ContextVar[Assignment](f"{specialist.member.name}_assignment")
        self._server = specialist_server(specialist, self._assigned)

    @property
    def member(self) -> Member:
        """Its entry on the roster."""
        return self._specialist.member

    @property
    def checks(self) -> tuple[ListedCheck, ...]:
        """What it knows to look for."""
        return self._specialist.checks

    def investigate(self, assignment: Assignment, only: str | None = None) -> Answer:
        """Run every check (or one, by name) through the server's tools.

        Raises:
            WarroomError: the server refused or did not answer.
        """
        left = (assignment.question.deadline - assignment.now).total_seconds()
        patience = max(_LEAST_SECONDS, left)
        token = self._assignment.set(assignment)
        try:
            return investigate_over_mcp(
                self._server, assignment.question, only=only, timeout_seconds=patience
            )
        finally:
            self._assignment.reset(token)

    def _assigned(self, question: Question | None) -> Assignment:
        """Return what is being investigated; the caller's assignment holds the question."""
        del question
        return self._assignment.get()
