"""Serving one specialist over MCP."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from mcp.server import MCPServer
from mcp.types import ToolAnnotations

from agents.domain.plans import Member
from agents.integrations.mcp.tools import (
    MakeAssignment,
    ReaderTools,
    investigation,
    single_check,
)
from agents.specialists.framework import Specialist

_READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def specialist_server(specialist: Specialist, make_assignment: MakeAssignment) -> MCPServer:
    """Return the server of one specialist: the readers in its scope, its checks, `investigate`.

    All tools only read. What a reader returns passes whatever gateway the assignment's telemetry
    is behind.
    """
    member = specialist.member
    server = MCPServer(
        name=f"warroom-{member.name}",
        title=member.title,
        log_level="WARNING",
        instructions=(
            f"{member.title}. Everything here only reads. `investigate` runs every check and "
            "returns typed findings, hypotheses with measurable claims, and gaps; the readers "
            "answer single questions; `measure` re-measures one claim."
        ),
    )
    for tool in _readers(member, ReaderTools(make_assignment)):
        server.add_tool(tool, annotations=_READ_ONLY, structured_output=True)
    for check in specialist.checks:
        server.add_tool(
            single_check(specialist, check.name, make_assignment),
            name=f"check_{check.name}",
            description=check.summary,
            annotations=_READ_ONLY,
            structured_output=True,
        )
    server.add_tool(
        investigation(specialist, make_assignment),
        name="investigate",
        description=f"Run every check of {member.title} and return all that was found.",
        annotations=_READ_ONLY,
        structured_output=True,
    )
    return server


def serve_stdio(server: MCPServer) -> None:
    """Serve over standard input and output until the client hangs up."""
    server.run("stdio")


def _readers(member: Member, tools: ReaderTools) -> tuple[Callable[..., object], ...]:
    """Return the readers that a member's scope has any use for."""
    by_family: Mapping[str, Callable[..., object]] = {
        "metrics": tools.read_metrics,
        "logs": tools.read_logs,
        "traces": tools.read_traces,
        "objects": tools.read_objects,
        "changes": tools.read_changes,
        "topology": tools.read_topology,
        "rows": tools.read_rows,
        "probe": tools.probe,
    }
    globs = [glob.partition(":")[0] for glob in member.sources]
    in_scope = (
        tool
        for family, tool in by_family.items()
        if any(fnmatchcase(family, glob) for glob in globs)
    )
    return (tools.list_sources, *in_scope, tools.measure)
