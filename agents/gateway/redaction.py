"""Taking secrets out of text before anybody sees it, keeps it or reasons about it.

What looks like a secret is replaced by a marker that says which kind it was. When in doubt it
goes: a redacted word can be looked up at its source, a leaked one cannot be called back.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from pydantic import BaseModel

from agents.domain.readings import Resource

_SENSITIVE_NAME = (
    r"(?:password|passwd|passphrase|pwd|secret|token|credentials?"
    r"|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|auth[_-]?key)"
)
_NAMED = re.compile(rf"{_SENSITIVE_NAME}$", re.IGNORECASE)
"""Searched: a name is secret by how it ends, `DB_PASSWORD` as `password`."""
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
        "[redacted: private key]",
    ),
    (re.compile(r"\beyJ[\w-]{6,2000}\.[\w-]{6,}(?:\.[\w-]*)?"), "[redacted: JWT]"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "[redacted: AWS key]"),
    (
        re.compile(
            r"\b(?:xox[a-z]-|xapp-|gh[opsu]_|github_pat_|glpat-|sk-ant-|sk-)[\w-]{10,}",
        ),
        "[redacted: token]",
    ),
    (
        re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE),
        r"\1 [redacted]",
    ),
    (re.compile(r"(\w://[^/\s:@]*:)[^/\s]+@"), r"\1[redacted]@"),
    (
        re.compile(
            rf"""({_SENSITIVE_NAME}["']?\s{{0,8}}[:=]\s{{0,8}})"""
            r"""(?!\[redacted)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s,;&"'}}\]]+)""",
            re.IGNORECASE,
        ),
        r"\1[redacted]",
    ),
)
_SUSPICIOUS = re.compile(
    r"PRIVATE KEY|eyJ|AKIA|ASIA|xox|xapp-|gh[opsu]_|github_pat_|glpat-|sk-|bearer|basic"
    r"|://[^/\s]*@|passw|passphrase|pwd|secret|token|credential|key",
    re.IGNORECASE,
)
"""One cheap look that spares most texts the several dear ones."""
_MARKER = "[redacted]"


def redact(text: str) -> str:
    """Return a text without the secrets in it."""
    if not _SUSPICIOUS.search(text):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_mapping(
    body: Mapping[str, object], scrub: Callable[[object], object]
) -> Mapping[str, object]:
    """Return an object with `scrub` applied to its values and what its names call secret gone."""
    clean = {
        name: _MARKER if _is_secret(name, value, body) else scrub(value)
        for name, value in body.items()
    }
    if body.get("kind") == "Secret":
        clean |= {name: _hidden(body[name]) for name in ("data", "stringData") if name in body}
    return body if all(clean[name] is body[name] for name in body) else clean


def _is_secret(name: str, value: object, body: Mapping[str, object]) -> bool:
    """Tell whether a field is a secret by its own name, or by a name beside its value.

    The second is how container environments, tags and settings write them:
    `{"name": "DB_PASSWORD", "value": "..."}`.
    """
    if not isinstance(value, str) or not value:
        return False
    if name.lower() in {"value", "setting"}:
        beside = (body.get(key) for key in ("name", "Name", "key", "Key"))
        return any(isinstance(each, str) and _NAMED.search(each) for each in beside)
    return _NAMED.search(name) is not None


def _hidden(values: object) -> object:
    """Return the data of a Kubernetes Secret with its names only."""
    if not isinstance(values, Mapping):
        return values
    return dict.fromkeys(cast("Mapping[str, object]", values), _MARKER)


_NUMBERS = frozenset({"times", "values"})
"""Fields of a series that hold numbers alone, and many of them."""


def scrub_value(value: object, on_text: Callable[[str], str]) -> object:
    """Return a value with every text in it cleaned; the same object when nothing had to change."""

    def scrub(each: object) -> object:
        return scrub_value(each, on_text)

    if isinstance(value, str):
        clean = on_text(value)
        return value if clean == value else clean
    if isinstance(value, BaseModel):
        return _scrub_model(value, scrub)
    if isinstance(value, Mapping):
        return redact_mapping(cast("Mapping[str, object]", value), scrub)
    if isinstance(value, list | tuple):
        items = cast("Sequence[object]", value)
        cleaned = [scrub(each) for each in items]
        if all(new is old for new, old in zip(cleaned, items, strict=True)):
            return items
        return cleaned if isinstance(items, list) else tuple(cleaned)
    return value


def _scrub_model(model: BaseModel, scrub: Callable[[object], object]) -> BaseModel:
    changed: dict[str, object] = {}
    for name in type(model).model_fields:
        if name in _NUMBERS:
            continue
        old: object = getattr(model, name)
        new = scrub(old)
        if new is not old:
            changed[name] = new
    if isinstance(model, Resource) and model.kind == "secrets":
        # The items of a typed list do not say that they are Secrets; the listing does.
        body = {**model.document.body, "kind": "Secret"}
        changed["document"] = scrub(model.document.model_copy(update={"body": body}))
    return model.model_copy(update=changed) if changed else model
