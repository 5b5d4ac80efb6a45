"""Calls to outside systems: whole answers, failures by one name, connections kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from kerben.platform.outgoing import CallFailedError, Outgoing


class Neighbour:
    """A server that answers as it is told and counts its connections."""

    def __init__(self) -> None:
        self.connections = 0
        self.asked: list[str] = []
        self.answer: bytes | None = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.asked.append(head.split(b"\r\n")[0].decode())
                if self.answer is None:
                    await asyncio.Event().wait()
                writer.write(self.answer or b"")
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def neighbour() -> AsyncGenerator[tuple[Neighbour, str]]:
    """The server and its address."""
    made = Neighbour()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    yield made, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api"
    server.close()


async def test_answers_come_whole_over_a_kept_connection(neighbour: tuple[Neighbour, str]) -> None:
    server, address = neighbour
    http = Outgoing(address, timeout_s=5)
    for _ in range(3):
        reply = await http.call("GET", "/things/1?a=b%2Fc")
        assert (reply.status, reply.body) == (200, b"ok")
    assert server.asked == ["GET /api/things/1?a=b%2Fc HTTP/1.1"] * 3
    assert server.connections == 1
    server.answer = b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
    assert (await http.call("GET", "/moved")).status == 302
    await http.aclose()
    await http.aclose()


@pytest.mark.parametrize(
    "answer",
    [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", None],
    ids=["no HTTP", "cut", "slow"],
)
async def test_no_answer_has_one_name(neighbour: tuple[Neighbour, str], answer: bytes | None) -> None:
    server, address = neighbour
    server.answer = answer
    http = Outgoing(address, timeout_s=0.3)
    with pytest.raises(CallFailedError):
        await http.call("POST", "/things", body=b"{}")
    await http.aclose()


async def test_nobody_there() -> None:
    http = Outgoing("http://127.0.0.1:1", timeout_s=1)
    with pytest.raises(CallFailedError):
        await http.call("GET", "/")
    await http.aclose()
