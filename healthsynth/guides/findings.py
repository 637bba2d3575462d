"""What is wrong with a resource."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]
ERROR, WARNING = "error", "warning"


class Finding(NamedTuple):
    """One fault of one resource.

    `path` is JSON-like and starts with the resource's type ("Patient.name[0].family"); `code` is a word ("cardinality")
    or the key of the constraint ("con-4"); `severity` is "error" or "warning".
    """

    path: str
    code: str
    message: str
    severity: str = ERROR


def items(value: Any) -> list[Any]:
    """A repeating element as a list, whatever a broken resource has there."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> Iterator[Json]:
    """The objects of a repeating element."""
    return (item for item in items(value) if isinstance(item, dict))


def section(value: Any) -> Json:
    """An object, or an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def codings(concept: Any) -> list[Json]:
    """The codings of a CodeableConcept whose system and code are strings or absent; a Coding or Quantity counts as one."""
    if not isinstance(concept, dict):
        return []
    listed = concept.get("coding")
    return [each for each in (listed if isinstance(listed, list) else [concept]) if _is_coding(each)]


def _is_coding(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    system = value.get("system")
    return value.get("code").__class__ is str and (system is None or system.__class__ is str)


def has_code(concept: Any, system: str, *codes: str) -> bool:
    """Whether a concept carries one of the codes of a system."""
    return any(coding.get("system") == system and coding.get("code") in codes for coding in codings(concept))


def choice(parent: Json, name: str) -> tuple[str, Any]:
    """The key and value of a choice element: choice(obs, "value") -> ("valueQuantity", {...}); ("", None) if absent."""
    size = len(name)
    for key, value in parent.items() if isinstance(parent, dict) else ():
        if key.startswith(name) and key[size : size + 1].isupper():
            return key, value
    return "", None
