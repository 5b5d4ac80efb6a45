"""Food, most of it heaped in the bowls and sacks of the bazaar."""

from __future__ import annotations

from math import sqrt
from random import Random

from kerben_demo.drawings.paint import (
    APRICOT,
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
    moved,
    path,
    turned,
)


def _bowl(tone: str) -> str:
    p = Paint.of(tone)
    body = path("M92 268H388Q384 372 290 390H190Q96 372 92 268Z", p.base) + path(
        "M320 268H388Q384 372 290 390H240Q316 350 320 268Z", p.dark, 0.5
    )
    body += "".join(horn(x, 314, 17, PAPER_WHITE) for x in (150, 210, 270, 330))
    return body + line("M94 282H386", PAPER_WHITE, 5, 0.8)


def _heap(rng: Random, count: int) -> list[tuple[int, int, int]]:
    """Positions of a heap over a bowl, back to front: x, y and a turn in degrees."""
    places: list[tuple[int, int, int]] = []
    for i in range(count):
        across = -1 + 2 * ((i * 0.618034) % 1)
        height = sqrt(max(0.0, 1 - across * across)) * 104 * (1 - (i / count) ** 1.1)
        places.append((round(240 + across * 122), round(268 - height), rng.randrange(0, 180, 15)))
    return sorted(places, key=lambda place: place[1])


def nuts(c: Paint, rng: Random) -> str:
    """Walnuts or other nuts heaped in a bowl."""
    c = Paint.of(mix(c.base, "#A8703A", 0.6))
    body = path("M110 270Q130 160 240 152Q350 160 370 270Z", c.deep)
    for i, (x, y, turn) in enumerate(_heap(rng, 10)):
        one = ellipse(x, y, 34, 27, (c.base, c.light)[i % 2]) + line(
            f"M{x - 29} {y}Q{x} {y - 10} {x + 29} {y}", c.dark, 3
        )
        body += turned(one, turn % 90 - 45, x, y)
    return body + _bowl((ISSYK, JUNIPER, FELT)[rng.randrange(3)])


def dried(c: Paint, rng: Random) -> str:
    """Dried apricots, raisins and the like in a bowl."""
    body = path("M112 270Q140 168 240 160Q340 168 368 270Z", c.deep)
    for i, (x, y, turn) in enumerate(_heap(rng, 17)):
        body += turned(ellipse(x, y, 27, 18, (c.base, c.light, c.dark)[i % 3]), turn, x, y)
    return body + _bowl((JUNIPER, ISSYK, "#7E2A33")[rng.randrange(3)])


def kurut(c: Paint, rng: Random) -> str:
    """Kurut: dried salty curd balls."""
    cream = Paint.of("#F0E6D0")
    body = path("M112 270Q140 168 240 160Q340 168 368 270Z", cream.dark)
    for x, y, _turn in _heap(rng, 15):
        body += circle(x, y, 24, cream.base) + path(
            f"M{x + 4} {y + 23}a24 24 0 0 0 14 -42q6 28 -14 42Z", cream.dark, 0.7
        )
    return body + _bowl(c.base)


def apple(c: Paint, rng: Random) -> str:
    """Apples or other round fruit, a leaf on the front one."""

    def one(p: Paint, x: float, y: float, r: float) -> str:
        k = r / 100
        body = path(
            "M0 -70C40 -108 112 -84 104 -6C98 64 48 104 0 88C-48 104 -98 64 -104 -6C-112 -84 -40 -108 0 -70Z", p.base
        )
        body += path("M60 -88C104 -76 112 -40 104 -6C98 64 48 104 0 88C66 70 92 -20 60 -88Z", p.dark, 0.55)
        body += ellipse(-48, -30, 16, 30, p.light, 0.75) + line("M0 -66Q2 -96 20 -116", "#6A4A2E", 9)
        return moved(body + path("M10 -92Q40 -130 84 -112Q58 -76 10 -92Z", "#5C8A4A"), x, y, k)

    back = Paint.of(mix(c.base, c.dark, 0.5) if rng.random() < 0.5 else mix(c.base, "#E0B240", 0.35))
    return one(back, 164, 268, 76) + one(back, 316, 264, 80) + one(c, 240, 298, 98)


def tomato(c: Paint, rng: Random) -> str:
    """Tomatoes with their green stars."""
    star = "M0 -62L12 -84L18 -62L48 -74L30 -52L54 -36L22 -42L0 -26L-20 -42L-54 -36L-30 -52L-46 -74L-16 -62Z"
    one = ellipse(0, 14, 104, 86, c.base) + path("M60 -54Q104 -30 104 14Q104 100 0 100Q84 70 60 -54Z", c.dark, 0.5)
    one += ellipse(-50, -6, 14, 28, c.light, 0.7) + path(star, "#4F7F43")
    return moved(one, 158, 270, 0.76) + moved(one, 322, 276, 0.78) + moved(one, 236 + rng.randrange(10), 308, 0.92)


def vegetables(c: Paint, rng: Random) -> str:
    """A crate of root vegetables."""
    body = path("M112 290Q130 206 180 196Q240 160 300 196Q352 206 368 290Z", c.deep)
    for x, y, turn in _heap(rng, 12):
        body += turned(ellipse(x, y - 4, 36, 28, c.base) + ellipse(x - 10, y - 12, 12, 6, c.light, 0.7), turn, x, y)
    for i in range(3):
        body += box(84, 270 + i * 42, 312, 34, 5, (WOOD, mix(WOOD, INK, 0.12), WOOD)[i])
    return body + box(96, 262, 22, 130, 3, mix(WOOD, INK, 0.3)) + box(362, 262, 22, 130, 3, mix(WOOD, INK, 0.3))


def melon(c: Paint, rng: Random) -> str:
    """A melon or watermelon with a slice cut out."""
    body = ellipse(222, 282, 140, 108, c.base) + path(
        "M300 192Q362 226 362 284Q362 390 222 390Q330 340 300 192Z", c.dark, 0.5
    )
    body += line("M160 186Q120 280 160 378M222 174V390M284 186Q326 280 284 378", c.deep, 7, 0.45)
    flesh = FELT if c.base == "#3F7F56" else "#F0C27A"
    slice_ = path("M258 390Q340 400 404 328Q378 270 350 250Q330 340 258 390Z", c.base) + path(
        "M266 382Q336 384 392 326Q372 282 348 262Q330 340 266 382Z", flesh
    )
    seeds = "".join(ellipse(x, y, 4, 6, INK) for x, y in ((330, 352), (352, 330), (366, 302), (356, 348)))
    del rng
    return body + slice_ + seeds


def meat(c: Paint, rng: Random) -> str:
    """A cut of meat on a board, with greens."""
    body = box(84, 296, 312, 88, 26, WOOD) + box(84, 352, 312, 32, 16, mix(WOOD, INK, 0.28))
    body += path("M122 262Q112 176 200 164Q268 132 332 176Q386 214 358 286Q330 340 240 334Q140 338 122 262Z", c.base)
    body += path(
        "M122 262Q112 176 200 164Q268 132 332 176Q350 188 358 206Q300 160 232 186Q150 198 146 300Q128 284 122 262Z",
        "#F2DDCB",
    )
    body += line("M198 226Q236 206 270 228M186 262Q236 244 296 266M222 298Q262 288 306 300", c.light, 7, 0.8)
    body += circle(312, 232, 26, "#F4E6D3") + circle(312, 232, 14, "#E6C3A8")
    return (
        body
        + line("M110 330Q126 296 120 272M118 308Q98 298 96 280M116 314Q138 304 144 288", "#4F7F43", 7)
        + (circle(372, 322, 12, FELT) if rng.random() < 0.6 else "")
    )


def sausage(c: Paint, rng: Random) -> str:
    """Kazy and chuchuk: horse-meat sausage, partly sliced."""
    body = box(84, 304, 312, 80, 26, WOOD) + box(84, 354, 312, 30, 15, mix(WOOD, INK, 0.28))
    body += line("M136 284Q120 160 240 152Q362 160 344 268", c.dark, 62) + line(
        "M136 274Q124 152 240 144Q352 152 338 262", c.light, 10, 0.6
    )
    body += line("M118 310L136 284M128 316L136 284", "#D9C39A", 7)
    for x in (252, 304, 356):
        body += (
            ellipse(x - 16, 326, 30, 34, c.deep)
            + ellipse(x - 20, 324, 27, 31, c.base)
            + ellipse(x - 24, 322, 9, 12, "#F2DDCB")
        )
    del rng
    return body


def cheese(c: Paint, rng: Random) -> str:
    """A wedge of cheese."""
    body = (
        path("M96 268L330 158Q384 206 386 268Z", c.light)
        + path("M96 268H386V372H96Z", c.base)
        + path("M96 340H386V372H96Z", c.dark, 0.45)
    )
    body += path("M330 158Q384 206 386 268V372Q404 370 404 352V256Q398 190 352 152Z", c.dark)
    holes = ((150, 306, 20), (232, 330, 26), (314, 300, 17), (354, 344, 12), (196, 294, 10))
    body += "".join(
        circle(x, y, r, c.dark) + circle(x + 3, y + 3, r - 4, mix(c.dark, c.deep, 0.4), 0.6) for x, y, r in holes
    )
    del rng
    return body + ellipse(286, 222, 26, 10, c.base) + ellipse(220, 242, 14, 5, c.base)


def milk(c: Paint, rng: Random) -> str:
    """A carton of milk, kefir or cream with a glass."""
    body = path("M142 170L182 112H282L262 170Z", c.light) + path("M262 170L282 112L318 164V380H262Z", c.dark)
    body += (
        box(142, 168, 122, 220, 4, PAPER_WHITE)
        + path("M142 300Q176 270 204 300T264 300V388H142Z", c.base)
        + box(178, 92, 108, 24, 4, c.base)
    )
    body += path("M262 168L318 164V380L262 388Z", c.dark) + horn(203, 232, 30, c.base)
    glass = path("M300 262H396L386 390H310Z", "#EAF1EF", 0.9) + path("M303 292H393L386 390H310Z", PAPER_WHITE)
    return body + (glass if rng.random() < 0.7 else moved(glass, -4, 0))


def eggs(c: Paint, rng: Random) -> str:
    """A tray of eggs."""
    tones = ("#E6C7A0", "#F3E6D2", "#D9AE82")
    body = path("M84 300H396L372 388H108Z", "#A79A8B")
    for row, (y, count) in enumerate(((246, 4), (286, 5))):
        for i in range(count):
            x = 240 + (i - (count - 1) / 2) * 62
            tone = tones[rng.randrange(3)]
            body += ellipse(x, y, 29, 38, tone) + ellipse(x - 9, y - 13, 7, 10, PAPER_WHITE, 0.6)
        body += path(
            f"M{96 - row * 12} {y + 18}H{384 + row * 12}L{390 + row * 6} {y + 54}H{90 - row * 6}Z",
            ("#B3A697", "#BDB1A2")[row],
        )
    return body + line("M108 330H372", c.deep, 3, 0.25)


def honey(c: Paint, rng: Random) -> str:
    """A jar of honey or jam under a cloth cap."""
    body = path("M146 176H334Q356 190 356 220V356Q356 390 322 390H158Q124 390 124 356V220Q124 190 146 176Z", c.base)
    body += path("M300 176H334Q356 190 356 220V356Q356 390 322 390H276Q324 320 300 176Z", c.dark, 0.5) + box(
        142, 208, 16, 150, 8, c.light, 0.8
    )
    body += path(
        "M132 176Q128 124 156 112Q240 92 324 112Q352 124 348 176"
        "Q320 164 296 178Q268 164 240 178Q212 164 184 178Q160 164 132 176Z",
        FELT,
    )
    body += "".join(
        circle(x, y, 6, PAPER_WHITE, 0.9) for x, y in ((166, 132), (206, 122), (246, 134), (288, 122), (320, 142))
    )
    body += line("M142 170H338", APRICOT, 8) + box(176, 244, 128, 96, 10, PAPER_WHITE)
    mark = (
        horn(240, 292, 34, c.dark)
        if rng.random() < 0.5
        else path("M240 262L266 277V307L240 322L214 307V277Z", APRICOT)
    )
    return body + mark


def tea(c: Paint, rng: Random) -> str:
    """A pack of tea with a full spoon."""
    body = (
        path("M150 122L176 96H330L306 122Z", c.light)
        + path("M306 122L330 96V352L306 384Z", c.deep)
        + box(150, 120, 158, 268, 4, c.base)
    )
    body += box(170, 156, 118, 132, 10, PAPER_WHITE) + path(
        "M229 272Q180 240 196 196Q240 200 229 272Q224 206 264 184Q286 240 229 272Z", "#5C8A4A"
    )
    body += line("M170 316H288M190 338H268", c.light, 7) + ellipse(364, 378, 46, 15, "#4A3426")
    return body + "".join(
        line(f"M{332 + i * 11} {370 + (i * 7) % 12}l8 -6", "#6A4A2E", 4) for i in range(rng.randrange(5, 7))
    )


def spices(c: Paint, rng: Random) -> str:
    """Three sacks with heaps of ground spices."""
    tones = [c.base, "#C9542B", "#D9A52E", "#7C7B42", "#7A5236"]
    chosen = [tones[0], *rng.sample(tones[1:], 2)]
    body = ""
    for (x, y, k), tone in zip(((150, 300, 0.8), (330, 300, 0.8), (240, 330, 1.0)), chosen, strict=True):
        p = Paint.of(tone)
        one = path("M-84 -20H84Q100 60 78 74H-78Q-100 60 -84 -20Z", "#D8C3A0") + path(
            "M40 -20H84Q100 60 78 74H20Q60 40 40 -20Z", "#B99F78", 0.6
        )
        one += path("M-74 -20Q-30 -112 0 -116Q30 -112 74 -20Z", p.base) + path(
            "M0 -116Q30 -112 74 -20H20Q30 -70 0 -116Z", p.dark, 0.5
        )
        body += moved(one + ellipse(0, -20, 88, 16, "#E6D6B8") + ellipse(0, -23, 74, 9, p.dark), x, y - 10 * k, k)
    return body


def bread(c: Paint, rng: Random) -> str:
    """Tandyr bread with a stamped middle."""
    c = Paint.of(mix(c.base, "#CB8A34", 0.75 if rng.random() < 0.5 else 0.95))
    body = (
        ellipse(240, 300, 156, 92, c.deep) + ellipse(240, 286, 156, 92, c.base) + ellipse(240, 282, 132, 72, c.light)
    )
    body += ellipse(240, 288, 88, 46, c.dark) + ellipse(240, 286, 80, 40, c.base)
    stamps = [(240, 286), (204, 286), (276, 286), (222, 270), (258, 270), (222, 302), (258, 302)]
    body += "".join(circle(x, y, 5, c.deep) for x, y in stamps)
    seeds = (
        (140, 262),
        (168, 236),
        (214, 222),
        (268, 220),
        (318, 240),
        (346, 270),
        (336, 312),
        (296, 336),
        (236, 346),
        (176, 332),
        (140, 304),
    )
    return body + "".join(ellipse(x, y, 6, 3, "#F8EBCB") for x, y in seeds)


def sweets(c: Paint, rng: Random) -> str:
    """Wrapped candies and navat in a bowl."""
    tones = (c.base, FELT, JUNIPER, APRICOT, ISSYK)
    body = path("M112 270Q140 176 240 168Q340 176 368 270Z", mix(c.deep, INK, 0.2))
    for i, (x, y, turn) in enumerate(_heap(rng, 9)):
        tone = tones[i % 5]
        one = path(
            f"M{x - 40} {y - 13}L{x} {y}L{x - 40} {y + 13}ZM{x + 40} {y - 13}L{x} {y}L{x + 40} {y + 13}Z",
            mix(tone, PAPER_WHITE, 0.4),
        )
        body += turned(one + box(x - 23, y - 15, 46, 30, 10, tone), turn, x, y)
    return body + _bowl(mix("#7E2A33", c.base, 0.2))


def rice(c: Paint, rng: Random) -> str:
    """An open sack of rice, flour or beans with a scoop."""
    body = path("M120 200H360Q392 300 374 376Q370 390 350 390H130Q110 390 106 376Q88 300 120 200Z", "#DCC8A6")
    body += path("M312 200H360Q392 300 374 376Q370 390 350 390H290Q334 300 312 200Z", "#B99F78", 0.5)
    body += path("M132 198Q180 128 240 122Q300 128 348 198Z", c.base) + path(
        "M240 122Q300 128 348 198H286Q284 150 240 122Z", c.dark, 0.4
    )
    body += "".join(
        ellipse(x, y, 6, 3, c.dark, 0.8)
        for x, y in ((204, 162), (236, 148), (262, 170), (226, 180), (290, 182), (186, 186))
    )
    body += path("M108 198Q240 224 372 198L368 226Q240 252 112 226Z", "#EADBBD") + horn(240, 312, 42, FELT)
    scoop = turned(box(262, 124, 62, 44, 12, WOOD) + box(316, 138, 76, 14, 7, mix(WOOD, INK, 0.2)), -32, 290, 146)
    return body + (scoop if rng.random() < 0.6 else "")


def bottle(c: Paint, rng: Random) -> str:
    """A bottle of oil, juice or a drink."""
    body = path(
        "M212 132H268V168Q314 196 314 240V368Q314 390 292 390H188Q166 390 166 368V240Q166 196 212 168Z", c.base
    )
    body += path("M268 168Q314 196 314 240V368Q314 390 292 390H262Q290 300 254 168Z", c.dark, 0.5) + box(
        180, 232, 14, 136, 7, c.light, 0.8
    )
    body += (
        box(206, 96, 68, 40, 8, c.deep) + box(166, 258, 148, 88, 0, PAPER_WHITE) + box(166, 258, 148, 16, 0, c.accent)
    )
    mark = (
        horn(240, 310, 28, c.dark)
        if rng.random() < 0.5
        else circle(240, 310, 22, c.accent) + path("M240 290Q262 270 284 280Q270 302 240 290Z", "#5C8A4A")
    )
    return body + mark
