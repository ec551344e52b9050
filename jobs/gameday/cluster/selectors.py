"""Label and field selectors, in the forms that clients send them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from jobs.gameday.cluster.errors import BadRequestError
from jobs.gameday.cluster.objects import KubeObject

Predicate = Callable[[KubeObject], bool]

_SET = re.compile(r"^(?P<key>\S+)\s+(?P<op>in|notin)\s*\((?P<values>[^)]*)\)$")
_EQUALITY = re.compile(r"^(?P<key>[^!=\s]+)\s*(?P<op>==|=|!=)\s*(?P<value>\S*)$")
_EXISTS = re.compile(r"^(?P<absent>!?)\s*(?P<key>[^!=\s]+)$")


def matches_labels(selector: str) -> Predicate:
    """Compile a label selector; the empty one matches everything.

    Raises:
        BadRequestError: if it is not of a known form.
    """
    terms = [_label_term(term.strip()) for term in re.split(r",(?![^(]*\))", selector) if term]
    return lambda o: all(term(o["metadata"].get("labels") or {}) for term in terms)


def matches_fields(selector: str) -> Predicate:
    """Compile a field selector, such as `involvedObject.name=web,type!=Normal`.

    Raises:
        BadRequestError: if it is not of a known form.
    """
    terms: list[tuple[str, bool, str]] = []
    for term in filter(None, selector.split(",")):
        found = _EQUALITY.match(term)
        if not found:
            raise BadRequestError(f"unable to parse field selector {term!r}")
        terms.append((found["key"], found["op"] != "!=", found["value"]))
    return lambda o: all((_field(o, path) == value) is equal for path, equal, value in terms)


def matches_label_map(wanted: Mapping[str, str]) -> Predicate:
    """Match objects that carry all of these labels, as a Service's selector does."""
    return lambda o: wanted.items() <= (o["metadata"].get("labels") or {}).items()


def _label_term(term: str) -> Callable[[Mapping[str, str]], bool]:
    if found := _SET.match(term):
        key, inside = found["key"], found["op"] == "in"
        values = {value.strip() for value in found["values"].split(",")}
        return lambda labels: (labels.get(key) in values) is inside
    if found := _EQUALITY.match(term):
        key, equal, value = found["key"], found["op"] != "!=", found["value"]
        return lambda labels: (labels.get(key) == value) is equal
    if found := _EXISTS.match(term):
        key, present = found["key"], not found["absent"]
        return lambda labels: (key in labels) is present
    raise BadRequestError(f"unable to parse label selector {term!r}")


def _field(subject: KubeObject, path: str) -> str:
    value: Any = subject
    for step in path.split("."):
        value = cast("KubeObject", value).get(step) if isinstance(value, dict) else None
    return "" if value is None else str(value)
