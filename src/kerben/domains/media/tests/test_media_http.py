"""Uploads over HTTP, and how what was uploaded is served."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest
from PIL import Image

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.media import limits
from kerben.domains.media import workshop as workshop_module
from kerben.domains.media.jobs import sweep_uploads
from kerben.domains.media.model import EncodedPicture
from kerben.domains.media.module import MODULE
from kerben.domains.media.tests.make import encoded, photo, png_header, upload
from kerben.entrypoints.http.media import MediaController
from kerben.platform.ids import new_id
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

SERVING = Module(name="media_serving", controllers=[MediaController])


class Stage(msgspec.Struct):
    """Somebody signed in."""

    client: httpx.AsyncClient
    owner: dict[str, str]
    owner_id: UUID
    runtime: Runtime

    def files(self) -> list[str]:
        """Names of all files in the data folder."""
        root = Path(self.runtime.settings.data_dir)
        return sorted(path.name for path in root.rglob("*") if path.is_file())

    async def rows(self) -> int:
        """How many uploads this person has."""
        async with self.runtime.db.read() as tx:
            return await tx.fetchval("SELECT count(*) FROM media.upload WHERE owner_id = $1", self.owner_id)


@pytest.fixture
async def stage(runtime: Runtime, http_client: MakeClient) -> Stage:
    client = await http_client(IDENTITY, MODULE, SERVING)
    async with runtime.db.write() as tx:
        user = await make_user(tx)
    return Stage(client, await bearer(runtime, user), user.id, runtime)


async def test_a_picture_is_uploaded_and_served(stage: Stage) -> None:
    answer = await upload(stage.client, stage.owner, photo(6, 1200, 800))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["width"], body["height"], body["content_type"]) == (800, 1200, "image/jpeg")
    assert [(t["width"], t["height"]) for t in body["thumbnails"]] == [(160, 240), (480, 720)]
    served = await stage.client.get(body["url"])
    assert (served.status_code, served.headers["content-type"]) == (200, "image/jpeg")
    assert len(served.content) == body["size"] == int(served.headers["content-length"])
    assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in served.headers["content-security-policy"]
    assert Image.open(io.BytesIO(served.content)).size == (800, 1200)
    for thumbnail in body["thumbnails"]:
        small = await stage.client.get(thumbnail["url"])
        assert small.headers["content-type"] == "image/webp"
        assert Image.open(io.BytesIO(small.content)).size == (thumbnail["width"], thumbnail["height"])
        assert small.headers["etag"] != served.headers["etag"]


async def test_name_and_declared_type_mean_nothing(stage: Stage) -> None:
    png = encoded("PNG")
    answer = await upload(stage.client, stage.owner, png, "page.html", "text/html")
    assert (answer.status_code, answer.json()["content_type"]) == (201, "image/webp")
    refused = await upload(stage.client, stage.owner, b"<script>alert(1)</script>", "photo.jpg", "image/jpeg")
    assert (refused.status_code, refused.json()["code"]) == (415, "UNSUPPORTED_PICTURE")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "REQUIRED"),
        (b"text", 415, "UNSUPPORTED_PICTURE"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "UNSUPPORTED_PICTURE"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(99), 415, "HEIC_NOT_SUPPORTED"),
        (encoded("JPEG")[:3000], 422, "BROKEN_PICTURE"),
        (encoded("JPEG") + b"<script>", 422, "PICTURE_WITH_FOREIGN_CONTENT"),
        (encoded("JPEG", 90, 90), 422, "PICTURE_TOO_SMALL"),
        (png_header(50_000, 50_000), 422, "TOO_MANY_PIXELS"),
        (encoded("PNG", 8201, 5000, "1"), 422, "TOO_MANY_PIXELS"),
        (encoded("JPEG") + bytes(10 * 1024 * 1024), 413, "PICTURE_TOO_LARGE"),
        (encoded("JPEG") + bytes(11 * 1024 * 1024), 413, "PICTURE_TOO_LARGE"),
    ],
)
async def test_a_refused_upload_leaves_no_row_and_no_file(
    stage: Stage, content: bytes, status: int, code: str
) -> None:
    answer = await upload(stage.client, stage.owner, content)
    assert answer.status_code == status, answer.text
    assert [(e["code"], e["pointer"]) for e in answer.json()["errors"]] == [(code, "/file")]
    assert (await stage.rows(), stage.files()) == (0, [])


async def test_what_is_no_form_or_has_no_file_is_refused(stage: Stage) -> None:
    post = stage.client.post
    assert (await post("/api/v1/media", content=encoded("JPEG"), headers=stage.owner)).status_code == 415
    assert (await post("/api/v1/media", json={"file": "x"}, headers=stage.owner)).status_code == 415
    texts = await post("/api/v1/media", data={"file": "x"}, files={"other": b"x"}, headers=stage.owner)
    assert (texts.status_code, texts.json()["errors"][0]["pointer"]) == (422, "/file")
    broken = {**stage.owner, "Content-Type": "multipart/form-data; boundary=x"}
    assert (await post("/api/v1/media", content=b"--x\r\nnonsense", headers=broken)).status_code == 400
    assert (await upload(stage.client, {}, encoded("JPEG"))).status_code == 401
    assert (await stage.rows(), stage.files()) == (0, [])


async def test_a_body_of_unsaid_length_is_measured(stage: Stage) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'

    async def endless() -> AsyncIterator[bytes]:
        yield head
        for _ in range(12):
            yield bytes(1024 * 1024)

    headers = {**stage.owner, "Content-Type": "multipart/form-data; boundary=x"}
    answer = await stage.client.post("/api/v1/media", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert (await stage.rows(), stage.files()) == (0, [])


async def test_the_same_picture_twice_shares_its_files(stage: Stage) -> None:
    content = encoded("JPEG", 500, 400)
    answers = await asyncio.gather(*(upload(stage.client, stage.owner, content) for _ in range(6)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 6
    assert len({a.json()["url"] for a in answers}) == 1
    assert await stage.rows() == 6
    assert len(stage.files()) == 3


async def test_the_owner_deletes_what_is_not_attached(stage: Stage) -> None:
    body = (await upload(stage.client, stage.owner, encoded("JPEG"))).json()
    path = f"/api/v1/media/{body['id']}"
    async with stage.runtime.db.write() as tx:
        somebody = await make_user(tx)
    stranger = await bearer(stage.runtime, somebody)
    assert (await stage.client.delete(path)).status_code == 401
    assert (await stage.client.delete(path, headers=stranger)).status_code == 404
    assert (await stage.client.delete(f"/api/v1/media/{new_id()}", headers=stage.owner)).status_code == 404
    assert (await stage.client.get(body["url"])).status_code == 200
    assert (await stage.client.delete(path, headers=stage.owner)).status_code == 204
    assert (await stage.client.delete(path, headers=stage.owner)).status_code == 404
    await sweep_uploads(stage.runtime)
    assert (await stage.rows(), stage.files()) == (0, [])
    assert (await stage.client.get(body["url"])).status_code == 404


async def test_an_account_cannot_pile_up_uploads(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kerben.domains.media.service.UNUSED_MAX", 2)
    for _ in range(2):
        assert (await upload(stage.client, stage.owner, encoded("JPEG", 100, 100))).status_code == 201
    before = (await stage.rows(), stage.files())
    answer = await upload(stage.client, stage.owner, encoded("JPEG", 100, 100))
    assert (answer.status_code, answer.json()["code"]) == (409, "TOO_MANY_UNUSED_PICTURES")
    assert (await stage.rows(), stage.files()) == before


async def test_etags_ranges_and_head(stage: Stage) -> None:
    url = (await upload(stage.client, stage.owner, encoded("JPEG"))).json()["url"]
    get = stage.client.get
    whole = await get(url)
    size, etag = len(whole.content), whole.headers["etag"]
    known = await get(url, headers={"If-None-Match": f'W/{etag}, "x"'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    head = await stage.client.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(size))
    for given, status, start, end in (
        ("bytes=0-9", 206, 0, 10),
        ("bytes=5-", 206, 5, size),
        ("bytes=-7", 206, size - 7, size),
        (f"bytes=10-{size * 2}", 206, 10, size),
        ("bytes=9-3", 200, 0, size),
        ("bytes=0-1,5-6", 200, 0, size),
        ("lines=0-1", 200, 0, size),
        ("bytes=-", 200, 0, size),
    ):
        part = await get(url, headers={"Range": given})
        assert (part.status_code, part.content) == (status, whole.content[start:end]), given
        if status == 206:
            assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    for given in (f"bytes={size}-", "bytes=-0"):
        beyond = await get(url, headers={"Range": given})
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert (await get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/media/u/../../secret.txt",
        "/media/u/%2e%2e/%2e%2e/secret.jpg",
        "/media/..%2fsecret.jpg",
        "/media/%2fetc%2fpasswd",
        "/media//etc/secret.jpg",
        "/media/u/" + "a" * 64,
        "/media/u/" + "a" * 64 + ".jpg%0a",
        "/media/u/" + "A" * 64 + ".jpg",
        "/media/u/" + "a" * 64 + ".jpg",
        "/media/u/" + "a" * 64 + "-160.webp.part",
        "/media/u/",
        "/media/",
        "/media/demo/none.svg",
    ],
)
async def test_no_name_leads_out_of_the_folder(stage: Stage, path: str) -> None:
    root = Path(stage.runtime.settings.data_dir)
    (root / "secret.jpg").write_bytes(b"secret")
    (root / "files" / "aa").mkdir(parents=True)
    (root / "files" / "aa" / ("a" * 64)).write_bytes(b"secret")
    answer = await stage.client.get(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


async def test_pictures_of_the_demo_are_served_as_before(stage: Stage) -> None:
    folder = Path(stage.runtime.settings.data_dir) / "media" / "demo"
    folder.mkdir(parents=True)
    (folder / "dress.svg").write_bytes(b"<svg/>")
    answer = await stage.client.get("/media/demo/dress.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.content == b"<svg/>"


async def test_pictures_are_worked_on_beside_the_event_loop_by_a_few_threads(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, inside, threads = threading.Event(), threading.Semaphore(0), set[str]()
    real = workshop_module.encode

    def slow(content: bytes) -> EncodedPicture:
        threads.add(threading.current_thread().name)
        inside.release()
        assert go.wait(20)
        return real(content)

    monkeypatch.setattr(workshop_module, "encode", slow)
    monkeypatch.setattr(workshop_module, "WAITING_MAX", 1)
    uploads = [asyncio.create_task(upload(stage.client, stage.owner, encoded("JPEG"))) for _ in range(4)]
    for _ in range(limits.WORKERS):
        assert await asyncio.to_thread(inside.acquire, timeout=20)
    # While every thread is busy the loop answers, and the one that is too many is told so at once.
    assert (await stage.client.get("/media/u/none.jpg")).status_code == 404
    done, _ = await asyncio.wait(uploads, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    assert [task.result().status_code for task in done] == [429]
    assert int(next(iter(done)).result().headers["retry-after"]) >= 1
    go.set()
    answers = await asyncio.gather(*uploads)
    assert sorted(a.status_code for a in answers) == [201, 201, 201, 429]
    assert len(threads) <= limits.WORKERS
    assert threading.main_thread().name not in threads
    assert (await upload(stage.client, stage.owner, encoded("JPEG"))).status_code == 201


async def test_uploads_are_limited_per_account(stage: Stage) -> None:
    limiter = limits.UploadLimiter(
        Runtime(msgspec.structs.replace(stage.runtime.settings, rate_limits=True), stage.runtime.db)
    )
    stage.runtime._parts[limits.UploadLimiter] = limiter  # pyright: ignore[reportPrivateUsage]
    for _ in range(60):
        limiter.take(str(stage.owner_id))
    answer = await upload(stage.client, stage.owner, encoded("JPEG"))
    assert answer.status_code == 429
    assert (await stage.rows(), stage.files()) == (0, [])
