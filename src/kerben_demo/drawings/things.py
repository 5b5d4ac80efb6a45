"""Electronics, tools, cars and sport."""

from __future__ import annotations

from random import Random

from kerben_demo.drawings.paint import (
    APRICOT,
    CLAY,
    INK,
    ISSYK,
    JUNIPER,
    PAPER_WHITE,
    STEEL,
    WOOD,
    Paint,
    box,
    circle,
    ellipse,
    horn,
    line,
    mix,
    moved,
    path,
    turned,
)


def phone(c: Paint, rng: Random) -> str:
    """A phone, its back and its front."""
    back = box(0, 0, 136, 280, 22, c.dark) + box(0, 0, 130, 280, 22, c.base) + box(14, 14, 58, 70, 18, c.dark)
    back += (
        circle(34, 34, 13, INK) + circle(34, 34, 5, ISSYK) + circle(34, 64, 11, INK) + circle(58, 48, 6, PAPER_WHITE)
    )
    sky = ("#86B2C8", "#E9B98C", "#A9C7B0")[rng.randrange(3)]
    front = (
        box(0, 0, 140, 284, 24, INK)
        + box(8, 8, 124, 268, 17, sky)
        + path("M8 210L50 140L78 182L98 158L132 206V260Q132 276 116 276H24Q8 276 8 260Z", PAPER_WHITE)
    )
    front += (
        path("M8 232L60 196L132 240V260Q132 276 116 276H24Q8 276 8 260Z", JUNIPER)
        + circle(96, 92, 20, APRICOT)
        + circle(70, 22, 5, INK)
    )
    return turned(moved(back, 118, 100), -9, 180, 240) + turned(moved(front, 218, 102), 6, 290, 244)


def headphones(c: Paint, rng: Random) -> str:
    """Over-ear headphones."""
    body = line("M132 280Q120 108 240 104Q360 108 348 280", c.dark, 24) + line(
        "M150 190Q176 124 240 122Q304 124 330 190", c.light, 7, 0.7
    )
    for x, side in ((112, 1), (302, -1)):
        body += box(x, 246, 66, 128, 30, c.base) + box(x + 33 + side * 12, 254, 26 if side > 0 else 24, 112, 13, INK)
        body += circle(x + 33 - side * 10, 310, 16, c.light)
    del rng
    return body


def cable(c: Paint, rng: Random) -> str:
    """A charger and a coiled cable."""
    del rng
    body = line(
        "M214 232Q120 190 132 290Q146 378 250 366Q354 352 334 282Q314 226 238 252Q176 280 214 326Q250 356 344 342",
        c.dark,
        13,
    )
    body += line("M214 229Q122 188 133 287Q147 374 250 362", c.light, 3, 0.6)
    body += (
        box(196, 128, 108, 112, 18, c.base)
        + box(270, 128, 34, 112, 17, c.dark, 0.5)
        + box(220, 92, 13, 38, 4, STEEL)
        + box(266, 92, 13, 38, 4, STEEL)
    )
    return (
        body
        + path("M256 156L230 192H248L240 218L270 180H252Z", APRICOT)
        + box(334, 328, 54, 28, 8, c.base)
        + box(386, 334, 26, 16, 4, STEEL)
    )


def bulb(c: Paint, rng: Random) -> str:
    """A light bulb in its glow."""
    body = circle(240, 208, 152, "#FBE3A8", 0.6) + path(
        "M240 96Q340 100 340 200Q338 246 300 276Q288 290 288 308H192Q192 290 180 276Q142 246 140 200Q140 100 240 96Z",
        "#FDF3D2",
    )
    body += path("M290 112Q340 136 340 200Q338 246 300 276Q288 290 288 308H256Q316 220 290 112Z", "#F0CE7C", 0.7)
    body += line("M212 306L200 214L226 238L240 208L254 238L280 214L268 306", c.accent, 5)
    del rng
    return (
        body
        + box(194, 308, 92, 22, 6, STEEL)
        + box(200, 332, 80, 18, 6, CLAY)
        + box(206, 352, 68, 18, 6, STEEL)
        + box(222, 372, 36, 16, 6, INK)
    )


def hammer(c: Paint, rng: Random) -> str:
    """A hammer and a wrench crossed."""
    haft = (
        box(226, 150, 28, 236, 12, WOOD)
        + box(226, 262, 28, 124, 12, c.base)
        + path("M150 108H276Q330 108 352 146Q314 138 290 164H190Q150 164 150 158Z", "#6D706F")
    )
    wrench = path(
        "M222 176V360Q222 388 240 388Q258 388 258 360V176Q292 158 284 112L262 132H218L196 112Q188 158 222 176Z", STEEL
    )
    wrench += circle(240, 364, 7, mix(STEEL, INK, 0.4)) + box(234, 196, 12, 130, 6, mix(STEEL, INK, 0.2))
    angle = 34 + rng.randrange(3) * 3
    return turned(wrench, angle) + turned(haft, -angle)


def drill(c: Paint, rng: Random) -> str:
    """A cordless drill."""
    del rng
    body = path("M254 244H336L352 336H276Z", c.dark) + path(
        "M150 130H330Q372 134 372 188Q372 246 330 248H168Q144 246 144 222V154Q144 132 150 130Z", c.base
    )
    body += (
        path("M144 196H371Q368 246 330 248H168Q144 246 144 222Z", c.dark, 0.5)
        + box(110, 150, 42, 76, 8, INK)
        + path("M110 164L90 176V200L110 212Z", CLAY)
    )
    body += (
        box(36, 182, 58, 12, 4, STEEL)
        + path("M230 250H256L270 288Q246 290 238 280Z", INK)
        + path("M260 332H378Q388 336 388 348V376Q388 390 372 390H258Q246 388 246 374V348Q248 334 260 332Z", INK)
    )
    return (
        body
        + "".join(line(f"M{x} 156V194", INK, 6, 0.7) for x in (296, 314, 332))
        + box(178, 158, 84, 26, 8, PAPER_WHITE, 0.9)
        + box(264, 350, 60, 14, 5, c.base)
    )


def paint_can(c: Paint, rng: Random) -> str:
    """A can of paint with a drip."""
    body = line("M128 190Q136 92 240 92Q344 92 352 190", CLAY, 7) + path(
        "M124 184H356V366Q356 390 240 392Q124 390 124 366Z", "#D9D6CE"
    )
    body += (
        path("M300 184H356V366Q356 390 260 392Q308 330 300 184Z", CLAY, 0.4)
        + path("M124 240H356V330H124Z", c.base)
        + horn(240, 284, 32, PAPER_WHITE)
    )
    body += (
        ellipse(240, 184, 116, 30, STEEL)
        + ellipse(240, 184, 100, 23, c.base)
        + ellipse(222, 178, 40, 8, c.light, 0.8)
    )
    drip = path(
        "M150 198Q152 214 152 252Q152 266 163 266Q174 266 174 252V234Q178 220 186 234Q192 244 198 232V208Z", c.base
    )
    return body + (drip if rng.random() < 0.8 else "")


def screws(c: Paint, rng: Random) -> str:
    """A box of screws and bolts."""
    del rng
    one = path("M-24 -10H24V4Q24 10 16 10H-16Q-24 10 -24 4Z", "#8F9392") + path("M-9 10H9L6 96L0 110L-6 96Z", STEEL)
    one += line("M-8 30L8 24M-8 48L8 42M-7 66L7 60M-6 84L6 78", "#7B7F7E", 4)
    body = "".join(
        turned(moved(one, x, y), a, x, y + 20)
        for x, y, a in ((164, 166, -28), (218, 138, -8), (272, 140, 12), (322, 168, 30))
    )
    body += path("M104 232H376V372Q376 388 360 388H120Q104 388 104 372Z", c.base) + path(
        "M104 232H376V262H104Z", c.deep, 0.5
    )
    return body + box(148, 288, 184, 72, 8, PAPER_WHITE) + line("M172 312H308M172 336H262", c.dark, 7)


def car_part(c: Paint, rng: Random) -> str:
    """A brake disc and an oil filter."""
    body = (
        circle(210, 232, 134, "#8F9392")
        + circle(210, 232, 122, STEEL)
        + circle(210, 232, 66, "#77797A")
        + circle(210, 232, 28, "#E8DECD")
    )
    body += "".join(turned(circle(210, 188, 7, INK), a, 210, 232) for a in range(0, 360, 72))
    body += "".join(turned(circle(210, 136, 6, "#77797A"), a, 210, 232) for a in range(0, 360, 30))
    body += (
        box(264, 254, 124, 134, 14, c.base) + box(348, 254, 40, 134, 14, c.dark, 0.5) + box(258, 240, 136, 26, 8, INK)
    )
    del rng
    return (
        body
        + box(264, 300, 124, 46, 0, PAPER_WHITE)
        + line("M284 322H346", c.dark, 7)
        + line("M276 366H376", c.dark, 4, 0.7)
    )


def tyre(c: Paint, rng: Random) -> str:
    """A car tyre on its rim."""
    rubber = Paint.of(mix("#34322F", c.base, 0.08))
    body = circle(240, 246, 146, rubber.deep)
    body += "".join(turned(box(233, 96, 14, 26, 3, rubber.base), a, 240, 246) for a in range(0, 360, 15))
    body += circle(240, 246, 134, rubber.base) + circle(240, 246, 88, rubber.deep) + circle(240, 246, 80, STEEL)
    spoke = path("M230 246L222 174H258L250 246Z", "#8F9392")
    body += "".join(turned(spoke, a, 240, 246) for a in range(0, 360, 60 if rng.random() < 0.5 else 72))
    return (
        body
        + circle(240, 246, 24, STEEL)
        + circle(240, 246, 12, c.accent)
        + line("M132 210Q150 148 206 128", PAPER_WHITE, 5, 0.35)
    )


def canister(c: Paint, rng: Random) -> str:
    """A canister of motor oil or antifreeze."""
    body = path(
        "M134 176Q134 150 160 150H222L246 118H330Q348 118 348 140V366Q348 390 324 390H158Q134 390 134 366Z", c.base
    )
    body += path("M310 118H330Q348 118 348 140V366Q348 390 324 390H286Q324 300 310 118Z", c.dark, 0.5) + path(
        "M256 150H312V196H236Z", "#F4EADB"
    )
    body += (
        box(154, 110, 62, 44, 8, INK)
        + box(154, 236, 166, 116, 10, PAPER_WHITE)
        + path("M237 252Q270 296 262 320Q254 338 237 338Q220 338 212 320Q204 296 237 252Z", APRICOT)
    )
    return body + (line("M170 252V336", c.base, 7) if rng.random() < 0.5 else "")


def bicycle(c: Paint, rng: Random) -> str:
    """A bicycle seen from the side."""
    del rng
    body = ""
    for x in (140, 340):
        body += f'<circle cx="{x}" cy="308" r="78" fill="none" stroke="{INK}" stroke-width="12"/>'
        body += f'<circle cx="{x}" cy="308" r="68" fill="none" stroke="{STEEL}" stroke-width="4"/>'
        body += line(
            f"M{x} 240V376M{x - 68} 308H{x + 68}M{x - 48} 260L{x + 48} 356M{x + 48} 260L{x - 48} 356", CLAY, 2, 0.7
        ) + circle(x, 308, 9, INK)
    body += line(
        "M140 308L196 206H312L236 308ZM196 206L184 176M236 308L190 194M312 206L340 308M312 206L304 168", c.base, 12
    )
    body += (
        line("M196 206H312", c.light, 4, 0.6)
        + line("M304 168H338Q352 172 348 190M160 172H208", INK, 13)
        + circle(236, 308, 22, INK)
        + circle(236, 308, 12, STEEL)
    )
    return body + line("M236 308L256 346M244 346H270", INK, 7)


def dumbbell(c: Paint, rng: Random) -> str:
    """A pair of dumbbells."""
    del rng
    one = (
        box(150, 0, 180, 26, 8, STEEL)
        + box(110, -44, 34, 114, 10, c.base)
        + box(146, -30, 26, 86, 8, c.dark)
        + box(336, -44, 34, 114, 10, c.base)
        + box(308, -30, 26, 86, 8, c.dark)
    )
    return moved(turned(one, -14, 240, 13), 0, 190) + moved(one, 0, 318)
