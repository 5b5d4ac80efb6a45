"""The page at `/` until the web client is built: says what runs here and where to go."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from typing import Final

from litestar import Controller, MediaType, get

from kerben.platform.access import public
from kerben.platform.db import Row
from kerben.platform.money import NARROW_SPACE
from kerben.platform.runtime import Runtime

_STYLE: Final = """
:root{--paper:#FBF8F3;--ink:#211D18;--felt:#A8322A;--blue:#1B6784;--juniper:#2B7353;--clay:#6E6155;--line:#E6DED2}
@media (prefers-color-scheme:dark){:root{--paper:#171512;--ink:#F3EEE6;--felt:#E0705F;--blue:#7FB9D0;--juniper:#7CC3A0;
--clay:#B5A697;--line:#332E28}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:17px/1.5 "Golos Text",system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:720px;margin:0 auto;padding:48px 20px 64px}
h1{font-size:32px;line-height:1.2;margin:0 0 8px}p{margin:0 0 16px}.soft{color:var(--clay)}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:28px 0}
.numbers div{border:1px solid var(--line);border-radius:12px;padding:14px 16px}
.numbers b{display:block;font-size:26px;font-variant-numeric:tabular-nums}
.live{display:inline-block;width:9px;height:9px;border-radius:50%;background:var(--juniper);margin-right:8px}
ul{list-style:none;padding:0;margin:0}li{border-top:1px solid var(--line)}
li a{display:block;padding:14px 0;color:inherit;text-decoration:none;min-height:48px}
li a b{color:var(--blue)}li a:hover b{text-decoration:underline}li span{display:block;color:var(--clay);font-size:15px}
code{background:color-mix(in srgb,var(--ink) 7%,transparent);border-radius:6px;padding:2px 6px;font-size:15px}
"""


KEPT_FOR: Final = timedelta(seconds=30)

_COUNT: Final = """
SELECT (SELECT count(*) FROM merchants.shop) AS shops, (SELECT count(*) FROM geo.place) AS places,
       (SELECT count(*) FROM catalog.variant) AS variants,
       (SELECT count(*) FROM pos.shop_presence WHERE last_heartbeat_at > $1::timestamptz - interval '10 minutes')
           AS live
"""


class Numbers:
    """How large the market is; counted at most twice a minute, for it reads whole tables."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._counted: tuple[datetime, Row] | None = None

    async def get(self) -> Row:
        """Places, shops, variants and shops whose till was heard lately."""
        now = self._runtime.clock.now()
        if self._counted is not None and now - self._counted[0] < KEPT_FOR:
            return self._counted[1]
        async with self._runtime.db.read() as tx:
            row = await tx.fetchrow(_COUNT, now)
        assert row is not None  # noqa: S101 - a SELECT without FROM always has a row
        self._counted = (now, row)
        return row


class PagesController(Controller):
    """HTML pages of the server itself."""

    include_in_schema = False

    @get("/", guards=[public], media_type=MediaType.HTML)
    async def home(self, runtime: Runtime) -> str:
        """Where to start."""
        numbers, settings = await runtime.part(Numbers).get(), runtime.settings
        tiles = [
            (str(numbers["places"]), "базаров"),
            (str(numbers["shops"]), "магазинов"),
            (f"{numbers['variants']:,}".replace(",", NARROW_SPACE), "товаров"),
            (f'<span class="live"></span>{numbers["live"]}', "касс на связи"),
        ]
        links = [
            ("/api/docs", "API", "все адреса с описанием, их можно попробовать прямо там"),
            ("/api/v1/products?limit=24", "Товары", "как их видит программа"),
            ("/healthz", "Состояние", "сервер жив; /readyz — готов весь рынок"),
        ]
        if settings.sandbox_url:
            links.insert(
                1, ("/sandbox/", "Песочница", "эквайер, банк и входящие сообщения; их можно сломать нарочно")
            )
        return _page(tiles, links, demo=settings.demo)


def _page(tiles: list[tuple[str, str]], links: list[tuple[str, str, str]], *, demo: bool) -> str:
    shown = "".join(f"<div><b>{number}</b>{label}</div>" for number, label in tiles)
    items = "".join(
        f'<li><a href="{html.escape(url)}"><b>{title}</b><span>{about}</span></a></li>' for url, title, about in links
    )
    note = (
        "<p class=soft>Это демо-рынок Бишкека: магазины и товары придуманы, базары настоящие. "
        "Как войти, покажет команда <code>./kerben demo accounts</code>.</p>"
        if demo
        else ""
    )
    return (
        '<!doctype html><html lang="ru"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Kerben</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Kerben</h1>"
        "<p>Рынок, где касса магазина сама держит остатки на витрине верными.</p>"
        f'<div class="numbers">{shown}</div><ul>{items}</ul><p></p>{note}</main></body></html>'
    )
