"""The inbox's adapter against the sandbox over HTTP between processes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from kerben.adapters.inbox_sandbox import MessageNotSentError, SandboxInbox, SandboxInboxConfig
from kerben_sandbox.testing import SandboxProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox")).start()
    yield process
    process.kill()


async def messages(sandbox: SandboxProcess, to: str) -> list[dict[str, str]]:
    async with httpx.AsyncClient() as http:
        return (await http.get(f"{sandbox.base}/inbox", params={"to": to})).json()["messages"]


async def test_messages_are_read_newest_first_by_address(sandbox: SandboxProcess) -> None:
    inbox = SandboxInbox(SandboxInboxConfig(sandbox.base, sandbox.secrets.inbox_secret))
    await inbox.send(channel="sms", to="+996700000001", text="Код 111111")
    await inbox.send(channel="sms", to="+996700000001", text="Код 222222")
    await inbox.send(channel="email", to="a@example.kg", subject="Заказ", text="<b>Оплачен</b>")
    await inbox.aclose()
    found = await messages(sandbox, "+996700000001")
    assert [message["text"] for message in found] == ["Код 222222", "Код 111111"]
    assert found[0]["channel"] == "sms"
    assert datetime.now(UTC) - datetime.fromisoformat(found[0]["sent_at"]) < timedelta(minutes=1)
    async with httpx.AsyncClient() as http:
        page = (await http.get(f"{sandbox.base}/inbox/page")).text
    assert "&lt;b&gt;Оплачен&lt;/b&gt;" in page
    assert "<b>Оплачен" not in page


async def test_strangers_and_unknown_channels_leave_nothing(sandbox: SandboxProcess) -> None:
    stranger = SandboxInbox(SandboxInboxConfig(sandbox.base, "guess"))
    known = SandboxInbox(SandboxInboxConfig(sandbox.base, sandbox.secrets.inbox_secret))
    with pytest.raises(MessageNotSentError):
        await stranger.send(channel="sms", to="x", text="t")
    with pytest.raises(MessageNotSentError):
        await known.send(channel="pigeon", to="x", text="t")
    await stranger.aclose()
    await known.aclose()
    assert await messages(sandbox, "x") == []
