"""Imports point one way, slow packages stay where they belong, and no module is named for nothing."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from compiler.language.schema import load_schema

ROOT = Path(__file__).parent.parent
ROOMS = ("compiler", "linter", "reviewer", "deployer")
ALLOWED = {
    "compiler": {"compiler"},
    "linter": {"linter", "compiler"},
    "reviewer": {"reviewer", "compiler"},
    "deployer": {"deployer", "reviewer", "compiler"},
}
COMMANDS = ("deployer/commands", "deployer/command_line")
"""The rooms beside `cli.py`: they turn options into calls, see every room but it, and alone see click."""
OF_COMMANDS = tuple(room.replace("/", ".") for room in COMMANDS)
OWNER = {
    "boto3": {"deployer"},
    "botocore": {"deployer"},
    "ministack": {"deployer"},
    "cfnlint": {"linter"},
    "cloudformation_validate": {"linter"},
    "rich": {"reviewer", "linter", "deployer"},
    "click": {"cli", "deployer"},
    "lsprotocol": {"reviewer"},
    "pygls": {"reviewer"},
    "troposphere": {"compiler"},
    "awacs": {"compiler"},
    "jsonschema": {"compiler"},
}
WAY = ("source", "language", "meaning", "program", "reach", "stacks")
"""The rooms of the compiler, each of which sees those before it."""
SEES = {
    **{room: set(WAY[: number + 1]) for number, room in enumerate(WAY)},
    "shared": {"shared", *WAY[:4]},
    "kinds": {"kinds", "shared", *WAY[:4]},
    "pipeline": {*WAY},
}
LOADS_THE_SCHEMA = {
    "cli": "begins a way",
    "compiler.pipeline": "begins a way",
    "deployer.commands.explain": "begins a way",
    "deployer.commands.import_from": "begins a way",
    "deployer.commands.init": "begins a way",
    "deployer.commands.list_": "begins a way",
    "deployer.commands.lsp": "begins a way",
    "deployer.command_line.completion": "begins a way",
    "deployer.lookup": "begins a way",
    "compiler.language.reference": "is run by itself",
    "compiler.language.known": "keeps what it reads for good",
    "compiler.program.registry": "keeps the classes for good",
    "compiler.language.overlay": "asks of a path alone whether null is a value there",
}
"""Everybody else is given the schema, or a component that has its kind's."""
NO_SECTION = {
    ("deployer/states_view.py", "imports"): "a verb in a sentence",
    ("deployer/images/builder.py", "auth"): "a key of Docker's configuration",
    ("deployer/kept/images.py", "ecs"): "a service of AWS",
    ("deployer/kept/images.py", "services"): "what its API answers",
    ("compiler/shared/kept_grants.py", "ecs"): "a service of AWS",
    ("deployer/commands/graph.py", "network"): "a layer of a picture",
    ("reviewer/graph/draw.py", "network"): "a layer of a picture",
    ("deployer/command_line/arguments.py", "parameters"): "an option and the plural of a root parameter",
    ("deployer/command_line/roots.py", "parameters"): "an option",
    ("deployer/commands/import_from.py", "parameters"): "an option",
    ("compiler/language/resource_types.py", "resources"): "a folder of cfn-lint",
    ("compiler/program/guarantees.py", "encryption"): "a kind of guarantee",
    ("compiler/meaning/check.py", "jobs"): "an example in a message",
    ("compiler/meaning/check.py", "queues"): "an example in a message",
    ("compiler/meaning/patterns.py", "tables"): "an example in a message",
    ("compiler/program/outside.py", "resources"): "a word of x-existing",
    ("compiler/shared/tasks.py", "secrets"): "a facet of a capability, and a policy's name",
    ("compiler/shared/backup_copies.py", "recovery"): "a setting of backups, and the end of a vault's name",
    ("compiler/stacks/compiled_view.py", "resources"): "a key of the report",
    ("compiler/stacks/emit.py", "parameters"): "a key of the manifest",
    ("deployer/console.py", "resources"): "a column and a key of the report",
    ("deployer/removal/destroy.py", "resources"): "a key of the report",
    ("deployer/sandbox/process.py", "services"): "a folder of ministack",
    ("deployer/sandbox/recorded_types.py", "resources"): "a word of x-existing",
    ("deployer/status.py", "resources"): "a key of the report",
    ("linter/facts/shipped.py", "resources"): "a folder of cfn-lint",
    ("reviewer/change.py", "network"): "a kind of risk",
    ("reviewer/explain/component_view.py", "resources"): "a key of the report",
    ("reviewer/explain/use_view.py", "resources"): "a key of the report",
    ("reviewer/explain/use_view.py", "secrets"): "a key of the report, for a facet of a capability",
    ("reviewer/exposure.py", "network"): "a kind of risk",
    ("reviewer/firewall_rules.py", "network"): "a kind of risk",
    ("reviewer/reach.py", "network"): "a kind of risk",
    ("reviewer/replacement.py", "resources"): "a folder of cfn-lint",
}
"""Words that are no section where they stand, though one is called so; a new one needs a reason here."""
ROOMS_OF_KINDS = ("compiler/kinds", "deployer/finders", "deployer/migration", "deployer/sandbox/seeds", "linter/rules")
"""Where a module is named for what it is about: a section, a service of AWS, or what becomes a section."""
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


SHIPPED = ROOT / "compiler" / "shipped"
"""Text to the compiler: it runs in Lambda, where none of the product is."""
OF_LAMBDA = {"boto3", "botocore"}
"""What Lambda's Python runtime has beside the standard library."""


def modules() -> Iterator[tuple[str, Path]]:
    yield "cli", ROOT / "cli.py"
    for room in ROOMS:
        found = sorted((ROOT / room).rglob("*.py"))
        yield from ((room, path) for path in found if path.parent != SHIPPED)


def is_of_commands(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(COMMANDS)


@functools.cache
def import_nodes(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """All imports of a module: in functions and for type checking too."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


@functools.cache
def imported(path: Path) -> set[str]:
    """Top-level packages that a module imports anywhere."""
    found: set[str] = set()
    for node in import_nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_one_way(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        rooms = imported(path) & {*ROOMS, "cli", "tests", "benchmarks"}
        assert rooms <= ({*ROOMS} if is_of_commands(path) else ALLOWED[room]), path


def test_only_commands_know_of_commands_and_of_click() -> None:
    for _, path in modules():
        if path.name != "cli.py" and not is_of_commands(path):
            assert "click" not in imported(path), path
            assert not any(name.startswith(OF_COMMANDS) for name in _imports(path)), path


@pytest.mark.parametrize(
    ("room", "path"), [pytest.param(room, path, id=str(path.relative_to(ROOT))) for room, path in modules()]
)
def test_packages_are_used_where_they_belong(room: str, path: Path) -> None:
    for package in imported(path) & OWNER.keys():
        assert room in OWNER[package], package
    assert path.stem not in NAMELESS


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*_*.py")), ids=lambda path: path.name)
def test_what_is_shipped_needs_nothing_but_lambda_and_nothing_needs_it(path: Path) -> None:
    assert imported(path) <= {*sys.stdlib_module_names, *OF_LAMBDA}
    assert "${" not in path.read_text("utf-8"), "the compiler would take it for a pointer"
    assert not any(f"compiler.shipped.{path.stem}" in _imports(module) for _, module in modules())


def test_checks_and_the_modules_of_validate_load_no_troposphere(tmp_path: Path) -> None:
    slow = {"troposphere", "awacs", "jsonschema", "boto3", "botocore", "cfnlint", "rich", "ministack"}
    spec = ROOT / "spec" / "rayman-portfolio.yaml"
    program = (
        "import sys; from cli import main\n"
        f"try: main(['validate', {str(spec)!r}])\n"
        f"except SystemExit as stop: assert stop.code == 0\n"
        f"print(*sorted({slow!r} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""


def test_compile_loads_neither_boto3_nor_cfn_lint_nor_rich(tmp_path: Path) -> None:
    spec = ROOT / "spec" / "rayman-portfolio.yaml"
    program = (
        "import sys; from cli import main\n"
        f"try: main(['compile', {str(spec)!r}, '--out', {str(tmp_path)!r}])\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "print(*sorted({'boto3', 'botocore', 'cfnlint', 'rich', 'ministack', 'jsonschema'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""


def test_schema_folder_holds_no_python() -> None:
    assert list((ROOT / "schema").rglob("*.py")) == []


@functools.cache
def files() -> Mapping[str, Path]:
    """Dotted name → file of each module that is the product's."""
    found = {}
    for _, path in modules():
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@functools.cache
def graph() -> Mapping[str, frozenset[str]]:
    """Module → the product's modules that it imports anywhere: in functions and for type checking too."""
    return {name: frozenset(_imports(path) & files().keys()) for name, path in files().items()}


@functools.cache
def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in import_nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: an import says the whole name"
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one in files() else node.module for one in named}
    return found


def test_no_import_goes_round_in_a_circle() -> None:
    list(graphlib.TopologicalSorter(graph()).static_order())


@pytest.mark.parametrize("room", SEES)
def test_inside_the_compiler_imports_point_one_way(room: str) -> None:
    for name, targets in graph().items():
        if name.split(".")[:2] == ["compiler", room]:
            seen = {target.split(".")[1] for target in targets if target.startswith("compiler.")}
            assert seen <= SEES[room], name


def test_nobody_sees_a_kind_but_its_own_room() -> None:
    for name, targets in graph().items():
        for target in targets:
            if target.startswith("compiler.kinds."):
                assert name.split(".")[:3] == target.split(".")[:3], name


def test_a_module_is_shared_by_two_rooms() -> None:
    """What one room alone uses lives in it."""
    for shared in (name for name in files() if name.startswith("compiler.shared.")):
        users = {".".join(name.split(".")[:3]) for name, targets in graph().items() if shared in targets}
        assert len(users) > 1 or any(one.startswith("compiler.shared.") for one in users), shared


def _written(path: Path) -> Iterator[str]:
    """Texts in the code of a module, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    about = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in about:
            yield node.value


def _sections_in(text: str) -> set[str]:
    """Sections that a text names: as a whole, as the first step of a path, or in quotation marks in a message."""
    quoted = re.findall(r"'([a-z_]+)(?:'|:|\.)", text)
    return {text.split(".")[0], *quoted} & load_schema().kinds.keys()


def _general() -> Iterator[tuple[str, Path]]:
    for _, path in modules():
        file = path.relative_to(ROOT).as_posix()
        if not file.startswith(ROOMS_OF_KINDS):
            yield file, path


def test_general_code_names_no_section() -> None:
    found = {(file, section) for file, path in _general() for text in _written(path) for section in _sections_in(text)}
    assert found - NO_SECTION.keys() == set(), "let the kind's schema or its Capability say it"
    assert NO_SECTION.keys() - found == set(), "no longer there"


def test_the_schema_is_given_but_where_a_way_begins() -> None:
    loaders = {name for name, path in files().items() if "load_schema" in path.read_text(encoding="utf-8")}
    assert loaders - {"compiler.language.schema"} == LOADS_THE_SCHEMA.keys()


def reached(start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        more = graph()[waiting.pop()] - found
        found |= more
        waiting += more
    return found


@pytest.mark.parametrize("checks", [name for name in files() if re.fullmatch(r"compiler\.kinds\.\w+\.checks", name)])
def test_checks_reach_nothing_that_loads_troposphere(checks: str) -> None:
    for name in reached(checks):
        assert not imported(files()[name]) & {"troposphere", "awacs", "jsonschema"} or _only_inside(name), name


@functools.cache
def _only_inside(name: str) -> bool:
    """Whether a module imports the slow packages in functions only."""
    tree = ast.parse(files()[name].read_text(encoding="utf-8"))
    tops = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return not any(re.search("troposphere|awacs|jsonschema", ast.unparse(node)) for node in tops)
