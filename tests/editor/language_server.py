"""A language server spoken to over its standard streams: as much of the protocol as the tests need."""

import json
import queue
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PATIENCE = 60.0  # seconds that any answer may take on a busy machine
SETTINGS = {
    "yaml": {
        "validate": True,
        "hover": True,
        "completion": True,
        "schemaStore": {"enable": False},  # nothing is fetched: the schema lies beside the specs
    }
}


@dataclass
class LanguageServer:
    """One running server, and what it has said without being asked."""

    process: "subprocess.Popen[bytes]"
    messages: "queue.Queue[dict[str, Any]]" = field(default_factory=queue.Queue)
    problems: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By address of a document: its last diagnostics."""
    asked: int = 0
    opened: int = 0

    @classmethod
    def start(cls, command: list[str], root: Path) -> "LanguageServer":
        """Start a server for a folder, and wait until it is ready."""
        pipe = subprocess.PIPE
        server = cls(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=root))
        threading.Thread(target=server._listen, daemon=True).start()
        text = {"hover": {"contentFormat": ["plaintext"]}, "completion": {"completionItem": {"snippetSupport": True}}}
        able = {"textDocument": text, "workspace": {"configuration": True}}
        server.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": able})
        server.tell("initialized", {})
        return server

    def stop(self) -> None:
        """End the server."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def open(self, file: Path, text: str) -> list[dict[str, Any]]:
        """Open a document as an editor does, and wait for what is wrong with it."""
        uri = self._opened(file, text)
        while uri not in self.problems:
            self._next()
        return self.problems[uri]

    def at(self, method: str, file: Path, text: str, line: int, column: int) -> Any:
        """What the server knows of a place, in lines and columns from 0."""
        place = {"textDocument": {"uri": self._opened(file, text)}, "position": {"line": line, "character": column}}
        return self.ask(f"textDocument/{method}", place)

    def _opened(self, file: Path, text: str) -> str:
        """The address of a new document beside the file: of a used one, late answers would be taken for new ones."""
        self.opened += 1
        uri = file.with_name(f"{self.opened}-{file.name}").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request."""
        self.asked += 1
        self._send({"id": self.asked, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self.asked and "method" not in message:
                assert "error" not in message, message
                return message.get("result")

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def _next(self) -> dict[str, Any]:
        """The next message, answered where the server asks something."""
        message = self.messages.get(timeout=PATIENCE)
        params = message.get("params") or {}
        if message.get("method") == "textDocument/publishDiagnostics":
            self.problems[params["uri"]] = params["diagnostics"]
        elif message.get("method") == "workspace/configuration":
            wanted = [SETTINGS.get(item.get("section", ""), {}) for item in params["items"]]
            self._send({"id": message["id"], "result": wanted})
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = _there(self.process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        stream.flush()

    def _listen(self) -> None:
        stream = _there(self.process.stdout)
        while header := stream.readline():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
                while stream.readline().strip():
                    pass
                self.messages.put(json.loads(stream.read(length)))


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
