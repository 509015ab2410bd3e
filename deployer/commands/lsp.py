"""`lsp`: the language server for editors."""

from __future__ import annotations

import importlib.util

import click

from compiler.source.diagnostics import Diagnostic, SpecError


@click.command()
@click.argument("specs", metavar="[SPEC]...", nargs=-1, type=click.Path())
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as always; some editors add it.")
def command(specs: tuple[str, ...], stdio: bool) -> None:
    """Run the language server for editors, over standard input and output.

    It checks the documents with `platform` at the left margin or with the modeline, and each SPEC.

    Example: stackwright lsp
    """
    from compiler.language.schema import load_schema

    if importlib.util.find_spec("pygls") is None:
        message = "the language server needs the package pygls, which is not installed"
        raise SpecError([Diagnostic("missing-extra", message, suggestion="pip install 'stackwright[lsp]'")])
    from importlib.metadata import version

    from reviewer.editor.server import make_server

    make_server(load_schema(), specs, version("stackwright")).start_io()
