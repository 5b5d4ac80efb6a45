"""Calls to outside systems over HTTP, with kept connections and one time-out for all of a call."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
import msgspec
from yarl import URL


class CallFailedError(Exception):
    """No answer: not reached, cut off, too slow or not HTTP. What the other side did is unknown."""


class Reply(msgspec.Struct, frozen=True):
    """A complete answer."""

    status: int
    body: bytes


class Outgoing:
    """A client of one outside system; belongs to one event loop, opens nothing before the first call."""

    def __init__(
        self, base_url: str, *, timeout_s: float, connections_max: int = 50, headers: Mapping[str, str] | None = None
    ) -> None:
        """`base_url` is what paths are appended to; `headers` go with every call."""
        self._base_url = base_url.rstrip("/") + "/"
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._connections_max = connections_max
        self._headers = dict(headers or {})
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send a request and read the whole answer, whatever its status; redirects are not followed.

        Raises CallFailedError.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(limit=self._connections_max),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        try:
            # Paths are ours and already encoded.
            url = URL(self._base_url + path.lstrip("/"), encoded=True)
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return Reply(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise CallFailedError(type(error).__name__) from error

    async def aclose(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
