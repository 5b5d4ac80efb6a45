"""The till's side of the wire: signed requests, and telling "not now" from "no"."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any, Final, cast

import httpx
import msgspec

from kerben.platform.clock import Clock

_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_UNAVAILABLE_FROM: Final = 500


class UnreachableError(Exception):
    """The market cannot be reached, or asks to come back later: try again."""


class RefusedError(Exception):
    """The market refuses the till itself (unknown, revoked): trying again does not help."""


class Link:
    """Signed requests of one device."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str, secret: str, clock: Clock) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._secret = secret.encode()
        self._clock = clock
        self._ahead_s = 0.0
        """How far the market's clock is ahead of ours, once it told us so."""

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read. Raises UnreachableError or RefusedError."""
        answer = await self._send("GET", path, b"", query)
        return self._body(answer)

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send; status and answer, whatever was decided about the content. Raises UnreachableError, RefusedError."""
        answer = await self._send("POST", path, msgspec.json.encode(body), {})
        return answer.status_code, self._body(answer)

    async def _send(self, method: str, path: str, raw: bytes, query: dict[str, str]) -> httpx.Response:
        answer = await self._once(method, path, raw, query)
        if answer.status_code == _UNAUTHORIZED and self._learn_time(answer):
            answer = await self._once(method, path, raw, query)
        if answer.status_code in {_UNAUTHORIZED, _FORBIDDEN}:
            raise RefusedError(answer.text)
        if answer.status_code == _TOO_MANY or answer.status_code >= _UNAVAILABLE_FROM:
            raise UnreachableError(f"HTTP {answer.status_code}")
        return answer

    async def _once(self, method: str, path: str, raw: bytes, query: dict[str, str]) -> httpx.Response:
        timestamp = str(int(self._clock.now().timestamp() + self._ahead_s))
        signature = hmac.new(self._secret, timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "X-Kerben-Timestamp": timestamp,
            "X-Kerben-Signature": f"sha256={signature}",
            "Content-Type": "application/json",
        }
        url = f"{self._base_url}/api/v1/pos/{path}"
        try:
            return await self._http.request(method, url, content=raw, headers=headers, params=query or None)
        except httpx.HTTPError as error:
            raise UnreachableError(type(error).__name__) from error

    def _learn_time(self, answer: httpx.Response) -> bool:
        problem = self._body(answer)
        if problem.get("code") != "CLOCK_SKEW":
            return False
        told = datetime.fromisoformat(problem["data"]["server_time"])
        self._ahead_s = (told - self._clock.now()).total_seconds()
        return True

    @staticmethod
    def _body(answer: httpx.Response) -> dict[str, Any]:
        try:
            body: object = answer.json()
        except ValueError as error:
            raise UnreachableError("no JSON") from error
        return cast("dict[str, Any]", body) if isinstance(body, dict) else {}
