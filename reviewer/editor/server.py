"""The language server, over standard input and output: requests of an editor in, one call each, answers out."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from compiler.language.schema import Schema
from reviewer.editor.actions import actions
from reviewer.editor.completion import completions
from reviewer.editor.formatting import formatted
from reviewer.editor.hover import beside
from reviewer.editor.mentions import Mention
from reviewer.editor.outline import outline
from reviewer.editor.protocol import Protocol, markdown
from reviewer.editor.renaming import Refused, renamable, renamed, users_told
from reviewer.editor.session import Open, Session
from reviewer.editor.text import Text
from reviewer.editor.verdict import judged

_logger = logging.getLogger(__name__)
T = TypeVar("T")
_TRIGGERS = (".", "{", "$", ":", " ", "[", '"')
_WATCHED = "**/*.lock.json"
_BROKEN = "\n\n_The spec has errors, so nobody can tell what it becomes._"


class _Server(LanguageServer):
    def report_server_error(self, error: Exception, source: object) -> None:
        """Messages that break the protocol are logged; nobody who edits a spec can do anything about them."""
        if source is not FeatureRequestError:
            _logger.error("%s", error)


def make_server(schema: Schema, given: Iterable[str], version: str) -> LanguageServer:
    """A server for the specs that an editor opens; `given` files are specs whatever stands in them."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # a refusal is an answer; it is no failure of the server
    server = _Server("stackwright", version, types.TextDocumentSyncKind.Full)
    _Handlers(server, schema, given).register()
    return server


def _quiet(handler: Callable[[Any, Any], T]) -> Callable[[Any, Any], T | None]:
    """A handler whose bugs are logged and answered with nothing: no editor shows a traceback."""

    @functools.wraps(handler)
    def called(self: Any, params: Any) -> T | None:
        try:
            return handler(self, params)
        except Exception:
            _logger.exception("%s failed; this is a bug of Stackwright", handler.__name__)
            return None

    return called


def _quietly(handler: Callable[[Any, Any], Awaitable[T]]) -> Callable[[Any, Any], Awaitable[T | None]]:
    """The same for a handler that waits for something."""

    @functools.wraps(handler)
    async def called(self: Any, params: Any) -> T | None:
        try:
            return await handler(self, params)
        except JsonRpcException:
            raise
        except Exception:
            _logger.exception("%s failed; this is a bug of Stackwright", handler.__name__)
            return None

    return called


class _Handlers:
    """One method for each request; a document that is no open spec gets nothing."""

    def __init__(self, server: LanguageServer, schema: Schema, given: Iterable[str]) -> None:
        self._server = server
        self._session = Session(schema, given, self._publish)

    def register(self) -> None:
        feature = self._feature
        feature(types.INITIALIZED, self.initialized)
        feature(types.TEXT_DOCUMENT_DID_OPEN, self.changed)
        feature(types.TEXT_DOCUMENT_DID_CHANGE, self.changed)
        feature(types.TEXT_DOCUMENT_DID_CLOSE, self.closed)
        feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self.files_changed)
        trigger = types.CompletionOptions(trigger_characters=list(_TRIGGERS))
        feature(types.TEXT_DOCUMENT_COMPLETION, self.complete, trigger)
        feature(types.TEXT_DOCUMENT_HOVER, self.hover)
        feature(types.TEXT_DOCUMENT_DEFINITION, self.definition)
        feature(types.TEXT_DOCUMENT_REFERENCES, self.references)
        feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, self.highlight)
        feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, self.symbols)
        feature(types.TEXT_DOCUMENT_PREPARE_RENAME, self.prepare_rename)
        feature(types.TEXT_DOCUMENT_RENAME, self.rename, types.RenameOptions(prepare_provider=True))
        quick = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
        feature(types.TEXT_DOCUMENT_CODE_ACTION, self.code_actions, quick)
        feature(types.TEXT_DOCUMENT_FORMATTING, self.format)

    def _feature(self, method: str, handler: Callable[[Any], Any], options: object = None) -> None:
        """Register a handler; what pygls notes on it can't be noted on a method."""
        self._server.feature(method, options)(functools.partial(handler))

    def _protocol(self, one: Open, text: Text | None = None) -> Protocol:
        encoding = self._server.workspace.position_encoding or types.PositionEncodingKind.Utf16
        return Protocol(one.uri, text or one.reading.text, getattr(encoding, "value", encoding))

    def _at(self, params: Any) -> tuple[Open, Protocol, int] | None:
        """The open spec, and the offset that a request is about."""
        one = self._session.at(params.text_document.uri)
        if one is None:
            return None
        protocol = self._protocol(one)
        return one, protocol, protocol.offset(params.position)

    # Documents

    @_quietly
    async def initialized(self, _params: types.InitializedParams) -> None:
        """Ask to be told of lock files: `lookup` and `compile` write them."""
        workspace = self._server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            watcher = types.FileSystemWatcher(glob_pattern=_WATCHED)
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=[watcher])
            wanted = types.Registration("lock-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            await self._server.client_register_capability_async(types.RegistrationParams([wanted]))

    @_quiet
    def changed(self, params: Any) -> None:
        uri = params.text_document.uri
        document = self._server.workspace.text_documents.get(uri)
        if document:
            self._session.changed(uri, to_fs_path(uri) or uri, document.source, document.version)

    @_quiet
    def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        self._session.closed(params.text_document.uri)

    @_quiet
    def files_changed(self, _params: types.DidChangeWatchedFilesParams) -> None:
        self._session.recheck()

    def _publish(self, one: Open) -> None:
        found = one.verdict.diagnostics if one.verdict else ()
        told = self._protocol(one).diagnostics(found, one.reading.file)
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(one.uri, told, one.version))

    # What stands at a position

    @_quiet
    def complete(self, params: types.CompletionParams) -> types.CompletionList | None:
        at = self._at(params)
        if at is None:
            return None
        one, protocol, offset = at
        return protocol.completion(completions(one.reading, one.names, self._session.language, offset))

    @_quietly
    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        at = self._at(params)
        found = beside(at[0].reading, self._session.language, at[2]) if at else None
        if at is None or found is None:
            return None
        text = await self._with_environments(at[0], found.text, found.address)
        return types.Hover(markdown(text), at[1].range(found.span))

    async def _with_environments(self, one: Open, text: str, address: str) -> str:
        if not address:
            return text
        verdict = await self._session.verdict(one)
        built = verdict.built
        if built is None:
            return text + _BROKEN
        return text + "\n\n" + "\n".join(await self._session.later(lambda: [*built.lines(address)]))

    @_quiet
    def definition(self, params: types.DefinitionParams) -> list[types.Location] | None:
        at = self._at(params)
        return [at[1].location(one.span) for one in self._named(at) if one.declares] if at else None

    @_quiet
    def references(self, params: types.ReferenceParams) -> list[types.Location] | None:
        at, whole = self._at(params), params.context.include_declaration
        return [at[1].location(one.span) for one in self._named(at) if whole or not one.declares] if at else None

    @_quiet
    def highlight(self, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
        at = self._at(params)
        if at is None:
            return None
        write, read = types.DocumentHighlightKind.Write, types.DocumentHighlightKind.Read
        return [
            types.DocumentHighlight(at[1].range(one.span), write if one.declares else read) for one in self._named(at)
        ]

    @staticmethod
    def _named(at: tuple[Open, Protocol, int]) -> Iterator[Mention]:
        """Every place that names what is named at the offset; each once."""
        reading = at[0].reading
        addresses = {one.address for one in reading.mentioned(at[2])}
        yield from {one.span: one for one in reading.of(addresses)}.values()

    @_quiet
    def symbols(self, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        one = self._session.at(params.text_document.uri)
        return [self._protocol(one).symbol(entry) for entry in outline(one.reading)] if one else None

    # Changes

    @_quietly
    async def prepare_rename(self, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        at = self._at(params)
        if at is None:
            return None
        try:
            found = renamable(at[0].reading, at[2])
        except Refused as problem:
            raise _refusal(problem) from None
        return types.PrepareRenamePlaceholder(at[1].range(found.span), found.address.rpartition(".")[2])

    @_quietly
    async def rename(self, params: types.RenameParams) -> types.WorkspaceEdit | None:
        at = self._at(params)
        if at is None:
            return None
        one, protocol, offset = at
        try:
            address = renamable(one.reading, offset).address
            made = renamed(one.reading, offset, params.new_name)
            await self._refuse_errors(one, made.content)
        except Refused as problem:
            raise _refusal(problem) from None
        told = users_told(one.reading, address) if made.changes else ""
        if told:
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Info, told))
        return protocol.edits(made.changes, one.version, self._versioned())

    async def _refuse_errors(self, one: Open, content: str) -> None:
        """Refuse what would break a spec that is valid now."""
        if (await self._session.verdict(one)).errors:
            return
        after = type(one.reading)(one.reading.file, Text(content), one.reading.schema)
        errors = (await self._session.later(lambda: judged(after))).errors
        if errors:
            raise Refused(f"the spec would be invalid: {errors[0].text}")

    def _versioned(self) -> bool:
        workspace = self._server.client_capabilities.workspace
        return bool(workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes)

    @_quiet
    def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction] | None:
        one = self._session.at(params.text_document.uri)
        wanted = params.context.only
        if one is None or one.verdict is None or (wanted and types.CodeActionKind.QuickFix not in wanted):
            return None
        protocol, made = self._protocol(one), []
        asked = protocol.span(params.range)
        for found in one.verdict.diagnostics:
            told = protocol.diagnostic(found, one.reading.file)
            span = protocol.span(told.range)
            if found.place.file == one.reading.file and span.start <= asked.end and asked.start <= span.end:
                made += [
                    types.CodeAction(
                        title=action.title,
                        kind=types.CodeActionKind.QuickFix,
                        diagnostics=[told],
                        is_preferred=action.preferred,
                        edit=protocol.edits((action.change,), one.version, self._versioned()),
                    )
                    for action in actions(one.reading, self._session.language, found)
                ]
        return made

    @_quiet
    def format(self, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        one = self._session.at(params.text_document.uri)
        return [self._protocol(one).edit(change) for change in formatted(one.reading)] if one else None


def _refusal(problem: Refused) -> JsonRpcException:
    return JsonRpcException(str(problem), types.LSPErrorCodes.RequestFailed.value)
