"""A small build of the client for tests."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

MARKET_PAGE = """<!doctype html><html lang="ru"><head><base href="/">
<!--kerben:title--><title>Kerben</title><!--/kerben:title-->
<link rel="stylesheet" href="styles-ABCDEFGH.css" media="print" onload="this.media='all'">
<!--kerben:head--></head><body><app-root><!--kerben:body--></app-root>
<script src="main-ABCDEFGH.js" type="module"></script></body></html>"""

ROUTES = ["/search", "/map", "/cart", "/checkout/:shopId", "/orders", "/orders/:id", "/signin", "/account/security"]

MAIN_SCRIPT = (
    'import{a}from"./chunk-FRAMEWRK.js";'
    'const r=[{path:"",title:"t",loadComponent:()=>import("./chunk-HOMEPAGE.js").then(m=>m.H)},'
    "{path:`c/:id`,canActivate:[g],loadComponent:()=>import(`./chunk-CATEGORY.js`).then(m=>m.C)},"
    '{path:"**",loadComponent:()=>import("./chunk-NOTFOUND.js").then(m=>m.N)}];' + "console.debug('market');\n" * 200
)
"""A main script as the bundler leaves it, with the pages of some routes in files of their own."""

CHUNKS = {
    "FRAMEWRK": "export{a}",
    "HOMEPAGE": 'import{a}from"./chunk-FRAMEWRK.js";import"./chunk-GOODSLST.js";export{H}',
    "CATEGORY": "import{g as b}from`./chunk-GOODSLST.js`;import{x}from'./chunk-MISSING0.js';export{C}",
    "GOODSLST": 'import{a}from"./chunk-FRAMEWRK.js";import("./chunk-ONDEMAND.js");export{g}',
    "ONDEMAND": "export{o}",
    "NOTFOUND": "export{N}",
}


def make_dist(root: Path, *, built: int = 1) -> Path:
    """A build of all four applications; `built` is its time in seconds."""
    market = root / "market" / "browser"
    (market / "assets").mkdir(parents=True, exist_ok=True)
    (market / "index.html").write_text(MARKET_PAGE, encoding="utf-8")
    script = market / "main-ABCDEFGH.js"
    script.write_text(MAIN_SCRIPT, encoding="utf-8")
    script.with_name("main-ABCDEFGH.js.br").write_bytes(b"brotli form")
    script.with_name("main-ABCDEFGH.js.gz").write_bytes(gzip.compress(MAIN_SCRIPT.encode()))
    for name, text in CHUNKS.items():
        (market / f"chunk-{name}.js").write_text(text, encoding="utf-8")
    for name in ("manifest.webmanifest", "ngsw.json", "ngsw-worker.js", "reader.wasm", "assets/golos-ABCDEFGH.woff2"):
        (market / name).write_text("{}", encoding="utf-8")
    routes = (
        '["/search", "/map", "/cart", "/checkout/:shopId", "/orders", "/orders/:id", "/signin", "/account/security"]'
    )
    fonts = "".join(
        f"@font-face{{src:url(assets/golos-{part}-wght-normal-ABCDEFGH.woff2)}}"
        for part in ("cyrillic-ext", "cyrillic", "latin-ext", "latin")
    )
    styles = f"{fonts}a{{color:red}}" + ".k-first{margin:0 auto}.k-first img{width:100%}@media print{p{margin:0}}"
    (market / "styles-ABCDEFGH.css").write_text(styles, encoding="utf-8")
    (market / "routes.json").write_text(routes, encoding="utf-8")
    (market / ".secret").write_text("hidden", encoding="utf-8")
    for app in ("business", "pos", "console"):
        folder = root / app / "browser"
        folder.mkdir(parents=True, exist_ok=True)
        page = f'<!doctype html><title>{app}</title><base href="/{app}/"><app-root></app-root>'
        (folder / "index.html").write_text(page, encoding="utf-8")
        (folder / "main-HGFEDCBA.js").write_text(f"// {app}", encoding="utf-8")
    (root.parent / "outside.txt").write_text("outside", encoding="utf-8")
    mark = root / ".hash"
    mark.write_text("", encoding="utf-8")
    os.utime(mark, (built, built))
    return root
