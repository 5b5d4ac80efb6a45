"""Toys, books, beauty and cleanliness."""

from __future__ import annotations

from random import Random

from kerben_demo.drawings.paint import (
    APRICOT,
    CLAY,
    FELT,
    INK,
    ISSYK,
    JUNIPER,
    PAPER_WHITE,
    WOOD,
    Paint,
    box,
    circle,
    ellipse,
    horn,
    line,
    mix,
    path,
    turned,
)


def bear(c: Paint, rng: Random) -> str:
    """A soft bear with a bow."""
    body = (
        circle(170, 122, 34, c.dark)
        + circle(310, 122, 34, c.dark)
        + circle(170, 122, 18, c.light)
        + circle(310, 122, 18, c.light)
    )
    body += (
        ellipse(150, 280, 36, 58, c.dark)
        + ellipse(330, 280, 36, 58, c.dark)
        + ellipse(240, 306, 96, 88, c.base)
        + ellipse(240, 318, 58, 56, c.light)
    )
    body += (
        ellipse(172, 374, 48, 28, c.dark)
        + ellipse(308, 374, 48, 28, c.dark)
        + ellipse(172, 376, 22, 14, c.light)
        + ellipse(308, 376, 22, 14, c.light)
    )
    body += (
        circle(240, 172, 88, c.base)
        + ellipse(240, 198, 40, 32, c.light)
        + ellipse(240, 184, 15, 10, INK)
        + line("M240 194V208Q226 220 218 210M240 208Q254 220 262 210", INK, 4)
    )
    body += (
        circle(206, 156, 9, INK)
        + circle(274, 156, 9, INK)
        + circle(209, 153, 3, PAPER_WHITE)
        + circle(277, 153, 3, PAPER_WHITE)
    )
    bow = (FELT, ISSYK, JUNIPER)[rng.randrange(3)]
    return body + path("M240 258L190 234V284ZM240 258L290 234V284Z", bow) + circle(240, 258, 13, mix(bow, INK, 0.25))


def ball(c: Paint, rng: Random) -> str:
    """A football."""
    del rng
    body = circle(240, 250, 142, PAPER_WHITE) + path("M240 196L292 234L272 296H208L188 234Z", c.base)
    for angle in range(0, 360, 72):
        body += turned(
            line("M240 196V146", c.dark, 5)
            + path("M240 108Q268 110 284 118L262 148H218L196 118Q212 110 240 108Z", c.base),
            angle,
            240,
            250,
        )
    return (
        body
        + path("M240 108A142 142 0 0 1 240 392A190 190 0 0 0 318 132A142 142 0 0 0 240 108Z", INK, 0.12)
        + circle(190, 184, 22, "#FFFFFF", 0.5)
    )


def blocks(c: Paint, rng: Random) -> str:
    """Building bricks."""
    tones = [FELT, ISSYK, APRICOT, JUNIPER]
    rng.shuffle(tones)
    body = ""
    for (x, y), tone in zip(((96, 312), (246, 312), (170, 232), (206, 152)), [c.base, *tones[:3]], strict=True):
        p = Paint.of(tone)
        studs = 3 if y > 160 else 2
        width = studs * 46
        body += "".join(box(x + 10 + i * 46, y - 14, 30, 22, 6, p.light) for i in range(studs))
        body += box(x, y, width, 76, 8, p.base) + box(x, y + 52, width, 24, 8, p.dark, 0.6)
    return body


def book(c: Paint, rng: Random) -> str:
    """A hardcover standing, another lying."""
    tone = Paint.of((ISSYK, JUNIPER, "#7E2A33", APRICOT)[rng.randrange(4)])
    body = (
        box(104, 346, 276, 44, 6, tone.base)
        + box(118, 352, 262, 28, 2, PAPER_WHITE)
        + line("M124 362H378M124 370H378", CLAY, 1.5, 0.5)
    )
    body += path("M156 98L314 88Q324 88 324 98V346H166Q156 346 156 336Z", c.deep) + path(
        "M168 100L318 92V346H178Q168 346 168 336Z", c.base
    )
    body += (
        path("M156 98L178 97V346H166Q156 346 156 336Z", c.dark)
        + box(196, 128, 104, 70, 6, PAPER_WHITE, 0.92)
        + line("M212 152H284M224 174H272", c.dark, 7)
    )
    return body + horn(248, 270, 46, c.accent)


def notebook(c: Paint, rng: Random) -> str:
    """Notebooks and a pencil."""
    body = (
        turned(box(150, 104, 196, 270, 10, c.dark), 9)
        + box(132, 110, 196, 276, 10, c.base)
        + box(132, 110, 30, 276, 10, c.deep, 0.6)
    )
    body += box(188, 158, 112, 64, 6, PAPER_WHITE) + line("M202 182H286M202 202H262", CLAY, 5)
    tone = (APRICOT, FELT, JUNIPER)[rng.randrange(3)]
    pencil = (
        box(352, 126, 24, 196, 0, tone)
        + box(352, 108, 24, 24, 6, "#D98E93")
        + path("M352 322H376L364 362Z", "#E9D3AE")
        + path("M359 345H369L364 362Z", INK)
    )
    return body + turned(pencil, 14, 364, 240)


def cosmetics(c: Paint, rng: Random) -> str:
    """A lipstick and a jar of cream."""
    del rng
    body = (
        path("M156 176V132L206 100V176Z", c.base)
        + path("M184 114L206 100V176H184Z", c.dark, 0.5)
        + box(148, 174, 66, 64, 4, "#C9A04A")
        + box(196, 174, 18, 64, 4, "#8F6D2A", 0.5)
    )
    body += box(140, 236, 82, 152, 8, INK) + box(150, 248, 10, 126, 5, PAPER_WHITE, 0.25)
    body += (
        box(236, 288, 152, 100, 22, mix(c.light, PAPER_WHITE, 0.5))
        + box(340, 288, 48, 100, 22, c.base, 0.35)
        + box(230, 238, 164, 54, 12, c.dark)
    )
    return (
        body
        + box(262, 320, 100, 40, 6, PAPER_WHITE)
        + line("M278 340H346", c.base, 6)
        + line("M240 256H384", c.light, 4, 0.6)
    )


def tube(c: Paint, rng: Random) -> str:
    """A tube and a bottle with a pump."""
    del rng
    body = (
        path("M236 190H372V212L350 350H258L236 212Z", c.base)
        + path("M324 190H372V212L350 350H312Z", c.dark, 0.4)
        + box(232, 166, 144, 30, 4, c.dark)
        + box(262, 350, 84, 38, 8, PAPER_WHITE)
    )
    body += (
        box(116, 204, 112, 184, 24, mix(c.light, PAPER_WHITE, 0.45))
        + box(156, 164, 32, 44, 4, c.dark)
        + box(166, 126, 12, 42, 2, CLAY)
        + path("M118 108H196Q206 108 206 120V132H150Q126 132 118 124Z", c.dark)
    )
    return (
        body
        + box(132, 262, 80, 76, 6, c.base)
        + horn(172, 300, 24, PAPER_WHITE)
        + line("M274 244H334M280 266H328", PAPER_WHITE, 7, 0.9)
    )


def detergent(c: Paint, rng: Random) -> str:
    """A bottle of detergent with a handle."""
    body = path(
        "M176 140H262Q276 140 280 154L338 226Q346 240 346 260V366"
        "Q346 390 322 390H158Q134 390 134 366V216Q136 170 176 140Z",
        c.base,
    )
    body += path("M280 154L338 226Q346 240 346 260V366Q346 390 322 390H284Q326 300 260 140Z", c.dark, 0.45) + path(
        "M262 190Q296 204 306 246Q308 262 292 258Q262 240 252 206Q250 190 262 190Z", "#F4EADB"
    )
    body += (
        box(172, 92, 84, 52, 10, PAPER_WHITE)
        + line("M190 104V132M210 104V132M232 104V132", CLAY, 3, 0.5)
        + ellipse(226, 320, 66, 48, PAPER_WHITE)
    )
    body += circle(206, 322, 18, c.light) + circle(240, 312, 24, c.light) + circle(228, 338, 12, c.accent)
    return body + (
        circle(370, 180, 14, PAPER_WHITE, 0.9) + circle(392, 148, 9, PAPER_WHITE, 0.9) if rng.random() < 0.7 else ""
    )


def soap(c: Paint, rng: Random) -> str:
    """Soap on a dish with bubbles."""
    body = ellipse(240, 350, 150, 38, mix(WOOD, INK, 0.1)) + ellipse(240, 340, 150, 36, WOOD)
    body += (
        box(130, 232, 220, 110, 46, c.dark)
        + box(130, 220, 220, 104, 46, c.base)
        + box(168, 244, 144, 56, 26, c.light, 0.7)
        + horn(240, 272, 24, c.dark)
    )
    spots = ((150, 190, 22), (196, 156, 15), (316, 176, 26), (352, 220, 13), (270, 132, 11))
    return body + "".join(
        circle(x + rng.randrange(8), y, r, PAPER_WHITE, 0.85) + circle(x - r / 4, y - r / 3, r / 4, "#FFFFFF")
        for x, y, r in spots
    )
