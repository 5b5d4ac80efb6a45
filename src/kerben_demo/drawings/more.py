"""Further things of the household: appliances, small tools and haberdashery."""

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


def thermos(c: Paint, rng: Random) -> str:
    """A thermos with its cup."""
    del rng
    body = (
        box(170, 150, 112, 240, 18, c.base)
        + box(248, 150, 34, 240, 17, c.dark, 0.5)
        + box(186, 190, 12, 170, 6, c.light, 0.8)
    )
    body += (
        box(170, 146, 112, 22, 6, STEEL)
        + path("M184 146L192 92H260L268 146Z", c.deep)
        + box(170, 356, 112, 14, 0, STEEL)
    )
    body += (
        path("M306 310H382L374 390H314Z", c.dark)
        + ellipse(344, 310, 38, 10, "#A5602B")
        + horn(222, 270, 30, PAPER_WHITE)
    )
    return body


def iron(c: Paint, rng: Random) -> str:
    """A steam iron."""
    del rng
    body = line("M352 190Q404 160 396 104", INK, 8) + path("M78 356Q96 250 214 226H340Q368 228 372 356Z", c.base)
    body += path("M250 226H340Q368 228 372 356H290Q296 270 250 226Z", c.dark, 0.45)
    body += path("M154 246Q176 158 268 156H340Q364 160 362 230H326Q328 194 306 194H268Q214 196 200 230Z", c.deep)
    body += path("M66 356H384V374Q384 390 368 390H82Q62 386 66 356Z", STEEL) + circle(286, 300, 24, PAPER_WHITE)
    return body + line("M286 300L296 286", INK, 5) + line("M116 330Q140 282 190 262", c.light, 7, 0.7)


def blender(c: Paint, rng: Random) -> str:
    """A mixer or grinder: a jug on its motor."""
    del rng
    body = path("M172 110H308L292 276H188Z", "#E3ECEA") + path(
        "M178 176Q210 160 240 178T303 174L292 276H188Z", "#DB8A73"
    )
    body += (
        line("M310 130Q360 130 352 190Q344 236 298 238", c.dark, 12)
        + box(162, 92, 156, 24, 10, c.dark)
        + box(222, 76, 36, 20, 8, INK)
    )
    body += path("M182 276H298L326 374Q326 390 312 390H168Q154 390 154 374Z", c.base) + path(
        "M262 276H298L326 374Q326 390 312 390H278Z", c.dark, 0.5
    )
    return (
        body
        + circle(240, 340, 24, PAPER_WHITE)
        + line("M240 340V324", INK, 6)
        + line("M200 130L208 250", PAPER_WHITE, 8, 0.8)
    )


def hair_dryer(c: Paint, rng: Random) -> str:
    """A hair dryer."""
    del rng
    body = path("M228 246H304L318 378Q318 390 306 390H258Q248 390 246 378Z", c.dark) + path(
        "M98 158L200 132H290Q366 136 366 196Q366 256 290 260H200L98 234Z", c.base
    )
    body += path("M99 210L366 204Q362 258 290 260H200L98 234Z", c.dark, 0.4) + box(76, 152, 30, 88, 8, INK)
    body += circle(306, 196, 38, c.dark) + "".join(line(f"M{x} 178V214", c.light, 5) for x in (290, 306, 322))
    return body + box(262, 290, 22, 46, 8, PAPER_WHITE) + line("M284 390Q284 404 330 396Q384 388 392 356", INK, 7)


def radiator(c: Paint, rng: Random) -> str:
    """A heater with ribs."""
    del rng
    body = "".join(
        box(104 + i * 40, 148, 34, 220, 16, c.base) + box(126 + i * 40, 148, 12, 220, 6, c.dark, 0.5)
        for i in range(6)
    )
    body += (
        box(336, 176, 56, 176, 10, c.deep)
        + circle(364, 216, 16, PAPER_WHITE)
        + line("M364 216V206", INK, 5)
        + circle(364, 264, 7, APRICOT)
    )
    body += (
        box(110, 362, 50, 12, 4, INK)
        + box(320, 362, 50, 12, 4, INK)
        + "".join(circle(x, 382, 10, INK) for x in (120, 150, 330, 360))
    )
    return body + line("M160 122Q148 106 160 90M220 122Q208 106 220 90M280 122Q268 106 280 90", FELT, 7, 0.6)


def rope(c: Paint, rng: Random) -> str:
    """A skipping rope."""
    del rng
    body = line("M148 196Q76 390 218 372Q330 352 252 268Q196 212 172 300Q160 376 290 366Q400 350 332 196", c.base, 11)
    for x, angle in ((150, 12), (330, -12)):
        body += turned(
            box(x - 17, 100, 34, 104, 15, WOOD)
            + box(x - 17, 128, 34, 16, 0, FELT)
            + box(x - 12, 196, 24, 16, 5, STEEL),
            angle,
            x,
            150,
        )
    return body


def pan(c: Paint, rng: Random) -> str:
    """A frying pan with eggs."""
    del c
    body = turned(box(330, 226, 130, 26, 13, WOOD) + box(318, 230, 30, 18, 4, STEEL), -38, 240, 240)
    body += circle(212, 264, 128, INK) + circle(212, 260, 124, "#4E4A46") + circle(212, 262, 106, "#3A3734")
    for x, y, r in ((178, 246, 40), (246, 288, 36)):
        body += ellipse(x, y, r + 4, r - 4, PAPER_WHITE) + circle(x + rng.randrange(6), y - 4, 16, APRICOT)
    return body + circle(244, 212, 6, JUNIPER) + circle(160, 306, 5, JUNIPER) + circle(204, 322, 6, JUNIPER)


def spools(c: Paint, rng: Random) -> str:
    """Spools of thread and braid."""
    tones = [FELT, ISSYK, APRICOT, JUNIPER]
    rng.shuffle(tones)
    body = ""
    for (x, y), tone in zip(
        ((100, 276), (196, 276), (292, 276), (148, 156), (244, 156)), [*tones, c.base], strict=True
    ):
        p = Paint.of(tone)
        body += box(x + 8, y + 14, 72, 88, 6, p.base) + box(x + 54, y + 14, 26, 88, 6, p.dark, 0.6)
        body += "".join(line(f"M{x + 12} {y + d}L{x + 76} {y + d + 6}", p.dark, 2.5, 0.7) for d in (30, 50, 70))
        body += box(x, y, 88, 18, 6, WOOD) + box(x, y + 98, 88, 18, 6, mix(WOOD, INK, 0.2))
    return body


def bucket(c: Paint, rng: Random) -> str:
    """A bucket."""
    del rng
    body = line("M116 176Q140 78 240 78Q340 78 364 176", CLAY, 8) + box(214, 70, 52, 18, 9, WOOD)
    body += path("M112 180H368L338 372Q334 390 316 390H164Q146 390 142 372Z", c.base) + path(
        "M308 180H368L338 372Q334 390 316 390H268Q300 300 308 180Z", c.dark, 0.45
    )
    body += (
        ellipse(240, 180, 130, 30, c.light)
        + ellipse(240, 184, 116, 22, c.deep)
        + line("M146 240L160 346", c.light, 9, 0.7)
    )
    return body + line("M124 232Q240 262 358 232", c.dark, 6, 0.7)


def pencils(c: Paint, rng: Random) -> str:
    """A box of pencils or pens."""
    tones = [c.base, FELT, APRICOT, JUNIPER, ISSYK, "#6C4F7F"]
    tail = tones[1:]
    rng.shuffle(tail)
    body = ""
    for i, tone in enumerate([tones[0], *tail]):
        x, y = 126 + i * 39, 150 + (i * 29) % 40
        body += box(x, y, 32, 230 - y + 40, 0, tone) + box(x + 20, y, 12, 230 - y + 40, 0, INK, 0.15)
        body += path(f"M{x} {y}L{x + 16} {y - 46}L{x + 32} {y}Z", "#E9D3AE") + path(
            f"M{x + 11} {y - 31}L{x + 16} {y - 46}L{x + 21} {y - 31}Z", tone
        )
    p = Paint.of(c.base)
    return (
        body
        + box(108, 226, 264, 164, 10, p.dark)
        + box(108, 226, 264, 44, 10, p.base)
        + box(148, 292, 184, 68, 8, PAPER_WHITE)
        + horn(240, 326, 26, p.base)
    )


def wallet(c: Paint, rng: Random) -> str:
    """A wallet with notes."""
    del rng
    notes = (
        box(130, 146, 200, 110, 8, "#A9C7B0")
        + box(130, 146, 200, 110, 8, JUNIPER, 0.25)
        + circle(230, 190, 24, PAPER_WHITE, 0.7)
    )
    body = turned(notes, -7) + moved(box(130, 146, 200, 110, 8, "#D6BE9B"), 22, 22)
    body += box(98, 200, 284, 188, 24, c.base) + path(
        "M98 300H382V364Q382 388 358 388H122Q98 388 98 364Z", c.dark, 0.5
    )
    body += path("M300 262H382V330H300Q276 330 276 296Q276 262 300 262Z", c.deep) + circle(306, 296, 12, "#C9A04A")
    return body + line("M116 220H364M116 370H364", c.light, 3, 0.7, "8 7")


def belt(c: Paint, rng: Random) -> str:
    """A coiled leather belt."""
    del rng
    body = f'<circle cx="226" cy="250" r="108" fill="none" stroke="{c.dark}" stroke-width="44"/>'
    body += f'<circle cx="226" cy="250" r="62" fill="none" stroke="{c.base}" stroke-width="40"/>' + circle(
        226, 250, 26, c.deep
    )
    body += path("M226 120H374Q392 122 392 142Q392 164 374 164H226Z", c.base) + line(
        "M236 130H376M236 154H376", c.light, 3, 0.7, "8 7"
    )
    body += (
        '<rect x="210" y="108" width="60" height="68" rx="10" fill="none" stroke="#C9A04A" stroke-width="11"/>'
        + line("M214 142H262", "#C9A04A", 8)
    )
    return body + "".join(circle(x, 142, 5, c.deep) for x in (306, 332, 358))


def cake(c: Paint, rng: Random) -> str:
    """A layered cake on a stand."""
    del c, rng
    body = ellipse(240, 374, 150, 18, "#D9D2C4") + ellipse(240, 368, 150, 16, PAPER_WHITE)
    body += path("M116 220H364V356Q364 370 240 372Q116 370 116 356Z", "#E7C68C")
    body += "".join(
        path(f"M116 {y}Q240 {y + 20} 364 {y}V{y + 16}Q240 {y + 36} 116 {y + 16}Z", tone)
        for y, tone in ((266, "#A5602B"), (310, PAPER_WHITE))
    )
    body += path(
        "M116 214H364V244Q352 276 334 248Q316 290 296 252"
        "Q276 280 258 254Q236 296 214 254Q196 280 178 252Q158 286 142 248Q126 270 116 244Z",
        "#FBF3E4",
    )
    body += ellipse(240, 214, 124, 34, "#FFFAF0")
    for x, y in ((168, 204), (206, 192), (250, 190), (294, 198), (316, 214), (270, 218), (216, 222)):
        body += circle(x, y, 14, FELT) + circle(x - 4, y - 5, 4, "#E9A79A")
    return body + path("M240 172Q252 150 272 154Q266 176 240 172Z", "#5C8A4A")


def corn(c: Paint, rng: Random) -> str:
    """Two ears of corn."""
    del rng
    grain = Paint.of(c.base)
    one = path("M0 -130Q44 -96 46 20Q44 96 0 110Q-44 96 -46 20Q-44 -96 0 -130Z", grain.base)
    rows = "".join(f"M{x} -92V80" for x in (-24, -8, 8, 24))
    rows += "".join(
        f"M-{w} {y}Q0 {y + 8} {w} {y}"
        for y, w in ((-80, 30), (-60, 35), (-40, 39), (-20, 41), (0, 43), (20, 44), (40, 43))
    )
    one += line(rows, grain.dark, 2.5, 0.8)
    one += path("M-64 -20Q-60 90 0 132Q-8 60 -40 10ZM64 -20Q60 90 0 132Q8 60 40 10Z", "#6F9A54") + path(
        "M-30 40Q-20 110 0 134Q20 110 30 40Q0 80 -30 40Z", "#4F7F43"
    )
    return turned(moved(one, 180, 258), -18, 180, 258) + turned(moved(one, 302, 262), 14, 302, 262)


def table(c: Paint, rng: Random) -> str:
    """A low table set for guests."""
    del rng
    wood = mix(WOOD, c.deep, 0.2)
    body = line("M128 290L116 388M352 290L364 388M168 286L164 370M312 286L316 370", mix(wood, INK, 0.25), 16)
    body += (
        box(88, 250, 304, 40, 14, wood)
        + box(88, 272, 304, 18, 9, mix(wood, INK, 0.2))
        + path("M180 250H300L320 316L240 296L160 316Z", FELT)
    )
    body += (
        horn(240, 276, 20, PAPER_WHITE)
        + path("M204 212H276Q274 248 252 250H228Q206 248 204 212Z", PAPER_WHITE)
        + box(206, 220, 68, 10, 0, ISSYK)
    )
    return body + circle(222, 202, 17, FELT) + circle(256, 202, 17, APRICOT) + circle(240, 190, 17, "#6F9A54")


def tape_measure(c: Paint, rng: Random) -> str:
    """A tape measure pulled out."""
    del rng
    body = (
        path("M250 330H404V366H250Z", APRICOT)
        + box(398, 322, 12, 56, 4, STEEL)
        + "".join(line(f"M{x} 330v{14 if x % 40 else 22}", INK, 3.5) for x in range(300, 396, 20))
    )
    body += (
        box(104, 150, 220, 234, 54, c.base)
        + box(104, 310, 220, 74, 36, c.dark, 0.5)
        + circle(212, 262, 74, INK)
        + circle(212, 262, 60, mix(c.light, PAPER_WHITE, 0.4))
    )
    return body + horn(212, 262, 42, c.deep) + box(196, 132, 62, 26, 10, INK)


def screwdrivers(c: Paint, rng: Random) -> str:
    """Three screwdrivers."""
    del rng
    body = ""
    for x, angle, height in ((152, -10, 110), (240, 0, 130), (328, 10, 110)):
        one = box(x - 7, 96, 14, height + 60, 3, STEEL) + path(
            f"M{x - 11} 84H{x + 11}L{x + 7} 110H{x - 7}Z", "#8F9392"
        )
        one += path(
            f"M{x - 18} 236H{x + 18}Q{x + 34} 262 {x + 30} 300V364"
            f"Q{x + 28} 388 {x} 388Q{x - 28} 388 {x - 30} 364V300Q{x - 34} 262 {x - 18} 236Z",
            c.base,
        )
        one += line(f"M{x - 12} 276V360M{x + 12} 276V360", c.deep, 5, 0.6) + box(x - 22, 232, 44, 16, 6, INK)
        body += turned(one, angle, x, 388)
    return body


def shelf(c: Paint, rng: Random) -> str:
    """A shelf with books and a jar."""
    wood = mix(WOOD, c.base, 0.15)
    body = (
        box(92, 92, 296, 298, 10, mix(wood, INK, 0.25))
        + box(108, 106, 264, 128, 4, "#F1E5D0")
        + box(108, 250, 264, 128, 4, "#F1E5D0")
    )
    tones = [FELT, ISSYK, APRICOT, JUNIPER, "#7E2A33", "#6C4F7F"]
    rng.shuffle(tones)
    body += "".join(
        box(122 + i * 26, 138 + (i * 17) % 30, 22, 96 - (i * 17) % 30, 3, tone) for i, tone in enumerate(tones)
    )
    body += path("M304 172H348Q362 200 354 234H298Q290 200 304 172Z", ISSYK) + horn(326, 208, 16, PAPER_WHITE)
    body += "".join(box(126, 346 - i * 24, 96, 22, 4, tone) for i, tone in enumerate(tones[:3]))
    return (
        body
        + path("M258 312H338L328 378H268Z", "#B5653F")
        + path("M298 312Q256 300 262 266Q296 270 298 312Q300 262 340 262Q344 302 298 312Z", "#5C8A4A")
    )


def greens(c: Paint, rng: Random) -> str:
    """A bunch of herbs tied with a thread."""
    stems = "".join(
        f"M{240 + d // 4} 380Q{240 + d // 6} 290 {240 + d} {150 + abs(d) // 2}" for d in range(-110, 111, 22)
    )
    body = line(stems, c.light, 8)
    for d in range(-120, 121, 20):
        for up in (0, 46):
            x, y = 240 + d * (1 - up / 260), 176 + abs(d) * 0.5 - up + rng.randrange(24)
            body += ellipse(round(x), round(y), 27, 20, (c.base, c.dark, c.light)[(d // 20 + up) % 3])
    return body + box(206, 304, 68, 22, 10, FELT) + line("M212 316H268", APRICOT, 3, 0.8)
