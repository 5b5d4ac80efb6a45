"""`python -m bench.web`: how fast the storefront's pages come on a cheap phone, and how much program they need.

A demo market of real processes and Debian's Chromium at 390×844, its processor slowed down four times, its network
shaped to a 4G profile; every visit has an empty cache. The Largest Contentful Paint is read from the browser's own
entries once the program has taken the page over. The limit of the same run is the same page with every script
withheld: what the server inserted, and nothing to wait for. The product has an uploaded photograph, not a drawing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from PIL import Image, ImageFilter
from playwright.async_api import Browser, CDPSession, Page, Route, async_playwright

from bench import report
from tests.browser.stage import ARGUMENTS, CHROMIUM, BrowserMarket, sign_in

SLOWDOWN: Final = 4
LCP_TARGET_MS: Final = 1500.0
SCRIPT_TARGET_KB: Final = 250.0
READY: Final = "k-bottom-bar nav"
"""What only the program draws."""


class Network(msgspec.Struct, frozen=True):
    """A shaped connection: round trip in milliseconds, throughput in Mbit/s."""

    name: str
    rtt_ms: int
    down_mbit: float
    up_mbit: float


NETWORKS: Final = (
    Network("4G", 170, 9.0, 1.5),  # WebPageTest's profile of that name
    Network("slow 4G", 150, 1.6, 0.75),  # Lighthouse's mobile profile
)


class Visit(msgspec.Struct, frozen=True):
    """One visit with an empty cache. Times from the start of the navigation, sizes as they went over the wire."""

    lcp_ms: float
    lcp_of: str
    fcp_ms: float
    shift: float
    """Cumulative Layout Shift."""
    script_kb: float
    all_kb: float


class Result(msgspec.Struct, frozen=True):
    """Visits of a page over a network; `limit_ms` is the median LCP with scripts withheld, same run."""

    page: str
    network: Network
    visits: list[Visit]
    limit_ms: float

    @property
    def lcp_ms(self) -> float:
        """Median."""
        return statistics.median(visit.lcp_ms for visit in self.visits)

    @property
    def script_kb(self) -> float:
        """Median."""
        return statistics.median(visit.script_kb for visit in self.visits)


class Record(msgspec.Struct, frozen=True):
    """A recorded run."""

    command: str
    machine: report.Machine
    results: list[Result]


_OBSERVE: Final = """
window.kerbenLcp = []; window.kerbenShift = 0;
new PerformanceObserver(list => {
  for (const e of list.getEntries()) {
    const of = e.element ? e.element.tagName.toLowerCase() + (e.url ? ' ' + e.url : '') : '';
    window.kerbenLcp.push({at: e.renderTime || e.loadTime, of, size: e.size});
  }
}).observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) window.kerbenShift += e.value;
}).observe({type: 'layout-shift', buffered: true});
"""


def photograph(seed: int) -> bytes:
    """A JPEG of 1600 pixels with the detail of a photograph: soft noise over a gradient."""
    chance = random.Random(seed)
    noise = Image.frombytes("RGB", (800, 800), chance.randbytes(800 * 800 * 3)).filter(ImageFilter.GaussianBlur(1.2))
    base = Image.linear_gradient("L").convert("RGB").transform((1600, 1600), Image.Transform.EXTENT, (0, 0, 256, 256))
    large = noise.transform((1600, 1600), Image.Transform.EXTENT, (0, 0, 800, 800))
    file = BytesIO()
    Image.blend(base, large, 0.35).save(file, "JPEG", quality=85)
    return file.getvalue()


async def photographed_product(market: BrowserMarket) -> str:
    """A product on sale whose seller has uploaded a photograph; its id."""
    session = await sign_in(market, market.account("seller"))
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    async with httpx.AsyncClient(base_url=market.url(), headers=headers, timeout=60) as client:
        mine = (await client.get("/api/v1/me/merchants")).raise_for_status().json()["items"][0]
        goods = await client.get("/api/v1/products", params={"shop_id": mine["shops"][0]["id"], "limit": 1})
        product_id = str(goods.raise_for_status().json()["items"][0]["id"])
        photo = {"file": ("photo.jpg", photograph(1), "image/jpeg")}
        media = (await client.post("/api/v1/media", files=photo)).raise_for_status().json()
        shown = await client.get(f"/api/v1/shops/{mine['shops'][0]['id']}/products/{product_id}")
        pictures = await client.put(
            f"/api/v1/products/{product_id}/pictures",
            json={"media_ids": [media["id"]]},
            headers={"If-Match": shown.raise_for_status().headers["ETag"]},
        )
        pictures.raise_for_status()
    return product_id


async def tell(cdp: CDPSession, method: str, params: dict[str, Any] | None = None) -> None:
    """A command of the browser's debugging protocol."""
    await cdp.send(method, params)  # pyright: ignore[reportUnknownMemberType]


async def shape(cdp: CDPSession, network: Network) -> None:
    """Make the browser slow."""
    await tell(cdp, "Network.enable")
    await tell(
        cdp,
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": network.rtt_ms,
            "downloadThroughput": network.down_mbit * 1e6 / 8,
            "uploadThroughput": network.up_mbit * 1e6 / 8,
        },
    )
    await tell(cdp, "Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})


async def visit(browser: Browser, url: str, network: Network, *, scripts: bool) -> Visit:
    """Open a page in a fresh profile and wait until nothing more comes."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, device_scale_factor=2, locale="ru-RU"
    )
    await context.add_init_script("delete Navigator.prototype.serviceWorker")
    await context.add_init_script(_OBSERVE)
    page = await context.new_page()
    cdp = await context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    bytes_of: dict[str, float] = {}

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def loaded(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "?")
        bytes_of[kind] = bytes_of.get(kind, 0) + event["encodedDataLength"]

    cdp.on("Network.responseReceived", answered)
    cdp.on("Network.loadingFinished", loaded)
    await shape(cdp, network)
    if not scripts:

        async def withhold(route: Route) -> None:
            await route.abort()

        await page.route("**/*.js", withhold)
    try:
        await page.goto(url)
        if scripts:
            await page.locator(READY).wait_for(state="attached")
        await page.wait_for_load_state("networkidle")
        return await _read(page, bytes_of)
    finally:
        await context.close()


async def _read(page: Page, bytes_of: dict[str, float]) -> Visit:
    # Playwright's own waiting evaluates text, which the page's policy forbids.
    async with asyncio.timeout(10):
        while not await page.evaluate("window.kerbenLcp.length"):
            await asyncio.sleep(0.05)
    found: dict[str, Any] = await page.evaluate(
        """() => ({lcp: window.kerbenLcp, shift: window.kerbenShift,
            fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0})"""
    )
    last = found["lcp"][-1]
    return Visit(
        lcp_ms=round(last["at"], 1),
        lcp_of=last["of"],
        fcp_ms=round(found["fcp"], 1),
        shift=round(found["shift"], 4),
        script_kb=round(bytes_of.get("Script", 0) / 1000, 1),
        all_kb=round(sum(bytes_of.values()) / 1000, 1),
    )


async def addresses(market: BrowserMarket, product_id: str) -> dict[str, str]:
    """The pages to visit by name, of the product and of what it belongs to."""
    async with httpx.AsyncClient(base_url=f"{market.url()}/api/v1", timeout=30) as client:
        product = (await client.get(f"/products/{product_id}")).json()
        place = (await client.get("/places")).json()["items"][0]
    return {
        "product": f"/p/{product_id}",
        "home": "/",
        "search": "/search?q=чай",
        "category": f"/c/{product['category_id']}",
        "shop": f"/s/{product['shop']['id']}",
        "place": f"/m/{place['slug']}",
    }


async def measure(market: BrowserMarket, visits: int) -> list[Result]:
    """Every page over every network, page and limit by turns."""
    product = await photographed_product(market)
    pages = await addresses(market, product)
    results: list[Result] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for network in NETWORKS:
            for name, path in pages.items():
                url = market.url() + path
                await visit(browser, url, network, scripts=True)  # the server's own caches
                seen: list[Visit] = []
                limits: list[float] = []
                for _ in range(visits):
                    seen.append(await visit(browser, url, network, scripts=True))
                    if name == "product":
                        limits.append((await visit(browser, url, network, scripts=False)).lcp_ms)
                result = Result(name, network, seen, statistics.median(limits) if limits else 0.0)
                print(line(result))
                results.append(result)
        await browser.close()
    return results


def line(result: Result) -> str:
    """A row of the table."""
    times = sorted(visit.lcp_ms for visit in result.visits)
    limit = f"{result.limit_ms:.0f} ({result.lcp_ms / result.limit_ms:.2f})" if result.limit_ms else "—"
    shift = max(visit.shift for visit in result.visits)
    median = statistics.median(visit.all_kb for visit in result.visits)
    return (
        f"| {result.page} | {result.network.name} | {result.lcp_ms:.0f} | {times[0]:.0f}–{times[-1]:.0f} | {limit} "
        f"| {result.script_kb:.0f} | {median:.0f} | {shift:.3f} |"
    )


def markdown(record: Record) -> str:
    """The record for people."""
    head = [
        "# Storefront on a slow phone",
        "",
        f"`{record.command}` · {record.machine.processor}, {record.machine.cores} cores",
        "",
        f"Chromium at 390×844, processor {SLOWDOWN}× slower, empty cache. Targets: LCP of the product page "
        f"{LCP_TARGET_MS:.0f} ms over 4G, scripts {SCRIPT_TARGET_KB:.0f} kB compressed.",
        "",
        "| page | network | LCP ms (median) | LCP ms (all) | no scripts, ms (ratio) | scripts kB | all kB | CLS |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    tail = [f"- {n.name}: {n.rtt_ms} ms round trip, {n.down_mbit} Mbit/s down" for n in NETWORKS]
    painted = sorted({f"{r.page}: {v.lcp_of}" for r in record.results for v in r.visits})
    return "\n".join([*head, *map(line, record.results), "", *tail, "", "Painted last as the largest:", *painted, ""])


def failures(results: list[Result]) -> list[str]:
    """Targets that were missed."""
    found: list[str] = []
    for result in results:
        if result.network.name == "4G" and result.page == "product" and result.lcp_ms > LCP_TARGET_MS:
            found.append(f"{result.page}: LCP {result.lcp_ms:.0f} ms")
        if result.script_kb > SCRIPT_TARGET_KB:
            found.append(f"{result.page}: {result.script_kb:.0f} kB of scripts")
    return found


def main() -> int:
    """Measure, record, say what missed its target."""
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--visits", type=int, default=5, help="visits of each page")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results", help="folder of the record")
    parser.add_argument("--name", default=None, help="name of the record")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        machine = report.describe_machine(Path(folder))
    with BrowserMarket() as market:
        results = asyncio.run(measure(market, options.visits))
    record = Record(" ".join(["python -m bench.web", *sys.argv[1:]]), machine, results)
    name = options.name or f"{report.now():%Y-%m-%d-%H%M}-web"
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(record)))
    (options.out / f"{name}.md").write_text(markdown(record), encoding="utf-8")
    missed = failures(results)
    print("\n".join([str(options.out / f"{name}.md"), *missed]))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
