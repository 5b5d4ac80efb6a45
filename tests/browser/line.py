"""A line between a browser and the market that can be cut, as the network of a bazaar is."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

from tests.flows.market import free_ports


class Line:
    """Passes bytes on to the market's port. Cut, it refuses connections and drops those that are open.

    Unlike the browser's own «offline» it is the same for pages, workers and sockets, and survives the browser.
    """

    def __init__(self, market_port: int) -> None:
        self.port = free_ports(1)[0]
        self._market_port = market_port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The market at the other end."""
        return f"http://127.0.0.1:{self.port}"

    async def mend(self) -> Self:
        """Let everything through from now on."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def cut(self) -> None:
        """Let nothing through from now on."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            onward_reader, onward = await asyncio.open_connection("127.0.0.1", self._market_port)
            self._writers.add(onward)
            try:
                await asyncio.gather(_pump(reader, onward), _pump(onward_reader, writer))
            finally:
                self._writers.discard(onward)
                onward.close()
        finally:
            self._writers.discard(writer)
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, OSError, RuntimeError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
