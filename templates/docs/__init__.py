"""Documents that people review and merge, as Markdown."""

import re
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from agents.domain.learning import Postmortem
from agents.knowledge.runbooks import Runbook
from agents.ports import DocumentChange
from templates.text import elapsed, expectation, one_line, scalar

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!~&@])")
_NOT_A_SLUG = re.compile(r"[^a-z0-9]+")
_LINE_CHARACTERS = 1200
_SLUG_CHARACTERS = 48


def postmortem_change(postmortem: Postmortem, public_url: str = "") -> DocumentChange:
    """Return a postmortem as a document to be offered as a pull request."""
    name = f"{postmortem.drafted_at:%Y-%m-%d}-{_slug(postmortem.title)}"
    links = _Links(public_url, postmortem.incident_id)
    title = one_line(f"Postmortem: {postmortem.title}", 200)
    return DocumentChange(
        kind="postmortem",
        branch=f"warroom/postmortem-{_slug(postmortem.incident_id)}",
        path=f"postmortems/{name}.md",
        content=_render("postmortem.md.j2", links, postmortem=postmortem),
        title=title,
        body=(
            f"Draft for {links.link(postmortem.incident_id, '')}, written from the journal.\n\n"
            "Correct it, add what people know, and merge it."
        ),
    )


def runbook_change(runbook: Runbook, public_url: str = "") -> DocumentChange:
    """Return a runbook as a document to be offered as a pull request."""
    links = _Links(public_url, runbook.incident_id)
    return DocumentChange(
        kind="runbook",
        branch=f"warroom/runbook-{_slug(runbook.incident_id)}",
        path=f"runbooks/{_slug(runbook.mode.name)}-{_slug(runbook.entity.key)}.md",
        content=_render("runbook.md.j2", links, runbook=runbook),
        title=one_line(f"Runbook: {runbook.mode.title} on {runbook.entity.key}", 200),
        body=f"From {links.link(runbook.incident_id, '')}. Check it, correct it, merge it.",
    )


class _Links:
    """Makes links into the flight recorder, or plain ids where it has no address."""

    def __init__(self, public_url: str, incident_id: str) -> None:
        self._page = f"{public_url.rstrip('/')}/incidents/{incident_id}" if public_url else ""

    def link(self, text: str, anchor: str) -> str:
        """Link a text to an artifact of the incident, or to its page when there is no anchor."""
        if not self._page:
            return f"`{anchor or text}`"
        return f"[{_markdown(text)}]({self._page}{f'#{anchor}' if anchor else ''})"


def _render(template: str, links: _Links, **context: object) -> str:
    environment = Environment(
        loader=PackageLoader("templates", "docs"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, not HTML; the `md` filter escapes it
        keep_trailing_newline=True,
    )
    environment.filters["md"] = _markdown
    helpers = {
        "link": links.link,
        "moment": _moment,
        "span": _span,
        "expectation": expectation,
        "value": scalar,
    }
    return environment.get_template(template).render(**helpers, **context)


def _markdown(text: str) -> str:
    """Return a text as one line in which no Markdown or HTML is left."""
    return _MARKUP.sub(r"\\\1", one_line(text, _LINE_CHARACTERS))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: float | None) -> str:
    return "not known" if seconds is None else elapsed(seconds)


def _slug(text: str) -> str:
    return (
        _NOT_A_SLUG.sub("-", text.lower()).strip("-")[:_SLUG_CHARACTERS].rstrip("-") or "untitled"
    )
