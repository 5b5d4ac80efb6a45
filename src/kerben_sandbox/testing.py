"""For tests: a sandbox as a real process, and a merchant's end for its webhooks."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

from kerben_sandbox.config import SandboxSecrets, load_secrets
from kerben_sandbox.wire import signed, to_xml

START_S_MAX = 20
WAIT_S_MAX = 15
SOURCES = Path(__file__).parents[1]


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SandboxProcess:
    """`python -m kerben_sandbox` on a data directory; `kill` is kill -9 and `start` takes up where it was."""

    def __init__(self, data_dir: Path, *, public_url: str = "") -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._public_url = public_url
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def secrets(self) -> SandboxSecrets:
        """The secrets of the data directory."""
        return load_secrets(self.data_dir)

    @property
    def acquirer(self) -> str:
        """What an acquirer's adapter takes for its base address."""
        return f"{self.base}/acquirer"

    def start(self) -> Self:
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "kerben_sandbox", "--port", str(self.port), "--data-dir", str(self.data_dir)]
        if self._public_url:
            command += ["--public-url", self._public_url]
        self._process = subprocess.Popen(command, cwd=SOURCES)
        deadline = time.monotonic() + START_S_MAX
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the sandbox ended with {self._process.returncode}")
            try:
                with urllib.request.urlopen(f"{self.base}/healthz", timeout=1):  # noqa: S310 (our own address)
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise RuntimeError("the sandbox did not start")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C would; its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Merchant:
    """Receives webhooks and answers them: ok, unless `accepts` says otherwise."""

    def __init__(self, secret: str, *, port: int | None = None, script: str = "freedompay") -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/api/v1/payments/webhooks/{script}"
        self.bodies: list[bytes] = []
        self.accepts: Callable[[dict[str, str]], bool] = lambda _: True
        self._secret = secret
        self._script = script
        self._arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.close()

    @property
    def notices(self) -> list[dict[str, str]]:
        """What arrived, in order."""
        return [dict(parse_qsl(body.decode())) for body in self.bodies]

    def notices_of(self, order_id: object) -> list[dict[str, str]]:
        """What arrived for one payment."""
        return [notice for notice in self.notices if notice["pg_order_id"] == str(order_id)]

    async def until(self, order_id: object, count: int = 1) -> list[dict[str, str]]:
        """Wait until so many webhooks arrived for a payment. TimeoutError when they do not."""
        async with asyncio.timeout(WAIT_S_MAX), self._arrived:
            await self._arrived.wait_for(lambda: len(self.notices_of(order_id)) >= count)
        return self.notices_of(order_id)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.partition("content-length:")[2].split("\r\n")[0])
                body = await reader.readexactly(length)
                status = "ok" if self.accepts(dict(parse_qsl(body.decode()))) else "error"
                answer = to_xml(signed(self._script, {"pg_status": status}, self._secret, "salt"))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))
                await writer.drain()
                async with self._arrived:
                    self.bodies.append(body)
                    self._arrived.notify_all()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
