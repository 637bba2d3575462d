"""Imports point one way. The order of layers stands here; the imports are read from the source."""

import ast
from functools import cache
from pathlib import Path

import pytest

import healthsynth

PACKAGE = Path(healthsynth.__file__).parent

# Lowest first; those in one line may use each other. Whatever is not listed is a mistake.
LAYERS = (
    ("errors", "units", "randomness", "settings", "vocabulary", "resources", ""),
    ("people", "record"),
    ("spec",),
    ("compile",),
    ("simulate",),
    ("guides",),
    ("export",),
    ("validate",),
    ("evaluate",),
    ("plugins", "pipeline"),
    ("api", "explain", "run"),
    ("load",),
    ("cli", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
# The two lazy doors: what they name is imported when somebody asks for it.
LAZY = {""}


@cache
def modules() -> dict[str, Path]:
    """Dotted name below the package -> file."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(path: Path, at_import: bool = False) -> set[str]:
    """Names below the package that a file imports; `at_import`: only what runs when the file itself is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in _statements(tree, at_import):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.update(_named(node))
    own = {name.removeprefix("healthsynth").lstrip(".") for name in found if name.split(".")[0] == "healthsynth"}
    return {name for name in own if name in modules()}


def _named(node: ast.ImportFrom) -> set[str]:
    """`from package import module` needs the module; `from module import name` needs the module."""
    deeper = {f"{node.module}.{alias.name}" for alias in node.names}
    files = {name for name in deeper if name.removeprefix("healthsynth.") in modules()}
    return files if len(files) == len(deeper) else {*files, node.module or ""}


def _statements(tree: ast.AST, at_import: bool):
    for node in ast.iter_child_nodes(tree):
        if at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            if not at_import:
                yield from _statements(node, at_import)
            continue
        yield node
        yield from _statements(node, at_import)


@pytest.mark.parametrize("name", modules())
def test_a_file_imports_only_from_its_own_layer_and_those_below(name):
    layer = name.split(".")[0]
    assert layer in LEVEL, f"'{layer}' has no place in the order of layers"
    if name in LAZY:
        return
    above = {other for other in imports(modules()[name]) if LEVEL[other.split(".")[0]] > LEVEL[layer]}
    assert not above


def test_no_files_import_each_other_in_a_circle():
    graph = {name: imports(path, at_import=True) - {"", name} for name, path in modules().items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_importing_the_package_or_its_command_line_loads_nothing_heavy():
    import subprocess
    import sys

    code = (
        "import sys, healthsynth, healthsynth.cli;"
        "print([m for m in ('numpy', 'pandas', 'pydantic', 'fhir', 'rich', 'jinja2', 'yaml', 'lark', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
