"""Profiles: a tree of the elements on which a profile says more than the base type.

A node: n name, id slice name, min, max, t types, tp target types, p extension URLs, f fixed, pt pattern, b value set of a required
binding, e of an extensible one, k constraint keys, ms must support, d discriminators, r slicing rules, s slices, c children.
"""

from typing import Any

from guides.base import Row, short, targets, type_names
from guides.packages import Json, Package
from guides.valuesets import Codes, expand, may_ship

Base = dict[str, dict[str, Row]]  # type -> path -> row


def paths(types: dict[str, Json]) -> Base:
    return {name: {str(row[0]): row for row in each["rows"]} for name, each in types.items()}


def profile(structure: Json, package: Package, base: Base, sets: dict[str, Codes], listed: dict[str, Codes]) -> Json:
    """One profile: its type and the tree of what it adds."""
    elements = structure["snapshot"]["element"]
    root: Json = {"n": structure["type"]}
    nodes = {elements[0]["id"]: root}
    facts = _Facts(package, base, sets, listed)
    facts.add(root, elements[0], None)
    for element in elements[1:]:
        parent_id, _, last = element["id"].rpartition(".")
        parent = nodes.get(parent_id)
        if parent is None:
            continue  # below an element that a slice of a slice opened
        name, _, slice_name = last.partition(":")
        node: Json = {"n": name}
        if slice_name:
            node["id"] = slice_name
            holder = nodes.get(f"{parent_id}.{name}")
            if holder is None:
                # Implicit slicing by type: a snapshot may open valueQuantity without its value[x].
                holder = nodes[f"{parent_id}.{name}"] = {"n": name}
                parent.setdefault("c", []).append(holder)
            holder.setdefault("s", []).append(node)
        else:
            parent.setdefault("c", []).append(node)
        nodes[element["id"]] = node
        facts.add(node, element, facts.row(structure["type"], element["path"]))
    _prune(root)
    return {"type": structure["type"], "node": root}


class _Facts:
    """What an element of a profile says beyond its base."""

    def __init__(self, package: Package, base: Base, sets: dict[str, Codes], listed: dict[str, Codes]):
        self.package, self.base, self.sets, self.listed = package, base, sets, listed

    def row(self, type_name: str, path: str) -> Row | None:
        """The base row of a path such as Observation.value[x].system, through the datatypes."""
        current, rest = type_name, path.split(".")[1:]
        while rest:
            for length in range(len(rest), 0, -1):
                row = self.base.get(current, {}).get(".".join(rest[:length]))
                if row is not None:
                    break
            else:
                return None
            rest = rest[length:]
            if not rest:
                return row
            names = row[3]
            assert isinstance(names, list)
            current = "Quantity" if len(names) > 1 else str(names[0])
            if current.startswith("#"):
                current, rest = type_name, [*current[1:].split("."), *rest]
        return None

    def add(self, node: Json, element: Json, row: Row | None) -> None:
        self._counts(node, element, row)
        self._types(node, element, row)
        for key, value in element.items():
            if key.startswith("fixed"):
                node["f"] = value
            elif key.startswith("pattern"):
                node["pt"] = value
        self._binding(node, element, row)
        keys = sorted({c["key"] for c in element.get("constraint", []) if not _of_base(c)})
        if keys:
            node["k"] = keys
        if element.get("mustSupport"):
            node["ms"] = 1
        slicing = element.get("slicing")
        if slicing:
            node["d"] = [[d["type"], d["path"]] for d in slicing.get("discriminator", [])]
            node["r"] = slicing.get("rules", "open")

    def _counts(self, node: Json, element: Json, row: Row | None) -> None:
        most = 0 if element["max"] == "*" else int(element["max"])
        if element["min"] and (row is None or "id" in node or element["min"] > row[1]):
            node["min"] = element["min"]
        if element["max"] == "0":
            node["max"] = 0
        elif most and (row is None or row[2] != most):
            node["max"] = most

    def _types(self, node: Json, element: Json, row: Row | None) -> None:
        names = [] if element["path"].endswith((".id", ".url")) else type_names(element)
        if names and not names[0].startswith("#") and (row is None or set(names) != set(_list(row[3]))):
            node["t"] = names
        points = targets(element, self.package)
        if points and (row is None or points != row[4]):
            node["tp"] = points
        urls = [url for each in element.get("type", []) for url in each.get("profile", [])]
        urls = [url for url in urls if not url.endswith("/SimpleQuantity")]
        if urls:
            node["p"] = urls

    def _binding(self, node: Json, element: Json, row: Row | None) -> None:
        binding = element.get("binding", {})
        strength = binding.get("strength")
        url = str(binding.get("valueSet", "")).split("|")[0]
        if strength not in ("required", "extensible") or not url or (row is not None and row[5] == url):
            return
        if url not in self.sets:
            codes = expand(url, self.package) or self.listed.get(url)
            if codes is None or not may_ship(codes, strength == "required"):
                return
            self.sets[url] = codes
        node["b" if strength == "required" else "e"] = url


def _list(value: object) -> list[Any]:
    assert isinstance(value, list)
    return value


_BASE_KEYS = ("ele-", "ext-", "dom-", "ref-", "sqty-")


def _of_base(constraint: Json) -> bool:
    """Constraints of R4 itself are checked by type, not by profile."""
    source = short(constraint.get("source", "")).split("|")[0]
    key = str(constraint["key"])
    return key.startswith(_BASE_KEYS) or not (key.startswith(("us-core", "vs-")) or "us/core" in source)


def _prune(node: Json) -> bool:
    """Drop what says nothing; whether anything is left."""
    for part in ("s", "c"):
        kept = [child for child in node.get(part, []) if _prune(child)]
        if kept:
            node[part] = kept
        else:
            node.pop(part, None)
    if "s" not in node:
        node.pop("d", None)
        node.pop("r", None)
    return "id" in node or len(node) > 1
