"""Textiles, dishes, furniture and light."""

from __future__ import annotations

from random import Random

from kerben_demo.drawings.paint import (
    APRICOT,
    FELT,
    INK,
    ISSYK,
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


def fabric(c: Paint, rng: Random) -> str:
    """A bolt of cloth with its loose end hanging in folds."""
    body = path(
        "M140 176H364Q372 300 356 388Q336 372 316 388Q296 372 276 388Q250 372 228 388Q190 300 140 260Z", c.dark
    )
    body += line("M300 230Q306 320 292 376M340 220Q346 310 334 376M258 240Q262 320 252 374", c.deep, 4, 0.5)
    body += box(96, 118, 286, 128, 20, c.base) + path(
        "M96 198H382V226Q382 246 362 246H116Q96 246 96 226Z", c.dark, 0.45
    )
    body += (
        ellipse(112, 182, 34, 64, c.light) + ellipse(112, 182, 24, 46, c.dark) + ellipse(112, 182, 14, 28, c.light)
    )
    body += ellipse(112, 182, 8, 15, WOOD)
    style = rng.randrange(3)
    if style == 0:
        spots = ((176, 146), (220, 176), (266, 146), (312, 178), (350, 146), (186, 208), (286, 214))
        return body + "".join(circle(x, y, 9, PAPER_WHITE, 0.85) + circle(x, y, 3.5, c.accent) for x, y in spots)
    if style == 1:
        return body + "".join(line(f"M158 {y}H378", c.light, 6, 0.7) for y in (140, 164, 188, 212))
    return body + horn(204, 172, 24, c.light) + horn(266, 172, 24, c.light) + horn(328, 172, 24, c.light)


def shyrdak(c: Paint, rng: Random) -> str:
    """A felt carpet of mirrored ram's horns in a border."""
    second = (APRICOT, PAPER_WHITE, "#E9D9BC")[rng.randrange(3)]
    body = box(92, 96, 296, 296, 8, c.deep) + box(102, 106, 276, 276, 4, second)
    triangles = "".join(f"M{x} 106l11.5 20l11.5 -20ZM{x} 382l11.5 -20l11.5 20Z" for x in range(102, 378, 23))
    body += path(triangles, c.deep) + box(124, 128, 232, 232, 2, c.base)
    body += path("M240 140L344 244L240 348L136 244Z", second) + path("M240 162L322 244L240 326L158 244Z", c.dark)
    body += horn(240, 216, 36, second) + horn(240, 272, 36, second, flip=True)
    body += horn(162, 166, 26, second) + horn(318, 166, 26, second)
    return body + horn(162, 322, 26, second, flip=True) + horn(318, 322, 26, second, flip=True)


def felt_box(c: Paint, rng: Random) -> str:
    """A felt souvenir: a small yurt."""
    body = path("M124 262Q150 160 240 128Q330 160 356 262Z", c.light) + path(
        "M240 128Q330 160 356 262H284Q292 180 240 128Z", c.base, 0.6
    )
    body += box(124, 258, 232, 128, 8, mix(c.light, PAPER_WHITE, 0.4)) + box(284, 258, 72, 128, 8, c.base, 0.45)
    body += ellipse(240, 132, 34, 12, c.deep) + line("M214 130Q240 112 266 130M240 118V140", WOOD, 5)
    body += box(120, 250, 240, 24, 6, FELT) + line(
        "M134 262L146 256L158 268L170 256L182 268L194 256L206 268L218 256", PAPER_WHITE, 3.5
    )
    body += moved(line("M134 262L146 256L158 268L170 256L182 268L194 256L206 268L218 256", PAPER_WHITE, 3.5), 130, 0)
    door = box(206, 288, 68, 98, 4, FELT if rng.random() < 0.5 else ISSYK)
    return body + door + horn(240, 336, 24, PAPER_WHITE) + line("M124 330H200M280 330H356", WOOD, 5, 0.8)


def quilts(c: Paint, rng: Random) -> str:
    """A stack of tushuk: the quilted mats guests sit on."""
    tones = [c.base, APRICOT, FELT, ISSYK, "#3F7F56"]
    top = tones.pop(0)
    rng.shuffle(tones)
    body = ""
    for i, tone in enumerate([*tones[:3], top]):
        y = 338 - i * 58
        p = Paint.of(tone)
        body += box(92 + i * 3, y, 296 - i * 6, 54, 24, p.base) + box(
            92 + i * 3, y + 30, 296 - i * 6, 24, 12, p.dark, 0.6
        )
        body += "".join(
            circle(x, y + 24, 7, p.light) + circle(x, y + 24, 3, p.deep) for x in (140, 190, 240, 290, 340)
        )
    return (
        body
        + path("M150 164Q150 112 240 112Q330 112 330 164Q330 172 318 172H162Q150 172 150 164Z", PAPER_WHITE)
        + horn(240, 144, 22, c.base)
    )


def linen(c: Paint, rng: Random) -> str:
    """Bed linen: folded stack tied with a ribbon, two pillows."""
    body = path("M112 196Q102 130 160 134H258Q300 132 296 196Q300 226 250 224H150Q108 226 112 196Z", c.light)
    body += path(
        "M190 176Q184 112 240 116H336Q380 114 376 180Q378 212 330 210H236Q188 208 190 176Z",
        mix(c.light, PAPER_WHITE, 0.45),
    )
    for i, tone in enumerate((c.dark, c.base, c.light)):
        body += box(96, 340 - i * 50, 288, 50, 18, tone) + line(f"M116 {374 - i * 50}H380", c.deep, 3, 0.35)
    body += box(220, 236, 40, 156, 2, c.accent) + path(
        "M240 240Q196 206 190 228Q188 252 240 240Q284 206 290 228Q292 252 240 240Z", c.accent
    )
    spots = (
        (140, 168),
        (166, 196),
        (270, 150),
        (318, 158),
        (344, 184),
        (140, 262),
        (180, 266),
        (310, 262),
        (350, 266),
    )
    return body + ("".join(circle(x, y, 6, c.base, 0.8) for x, y in spots) if rng.random() < 0.6 else "")


def towel(c: Paint, rng: Random) -> str:
    """Folded towels with a woven border."""
    body = ""
    for i, p in enumerate((Paint.of(c.dark), c, Paint.of(c.light))):
        y = 302 - i * 84
        body += box(112, y, 256, 88, 26, p.base) + path(f"M330 {y}h12q26 0 26 26v36q0 26 -26 26h-12Z", p.dark, 0.5)
        body += line(f"M122 {y + 58}H366", p.light, 7, 0.9) + line(f"M122 {y + 72}H366", p.accent, 5)
    del rng
    return body


def _rim(radius: float, count: int, tone: str) -> str:
    return "".join(
        turned(path(f"M240 {236 - radius}l9 16l-9 12l-9 -12Z", tone), i * 360 / count, 240, 236) for i in range(count)
    )


def plate(c: Paint, rng: Random) -> str:
    """A painted lyagan seen from above."""
    count = (10, 12)[rng.randrange(2)]
    body = circle(240, 236, 158, c.deep) + circle(240, 232, 156, c.base) + circle(240, 236, 132, PAPER_WHITE)
    body += (
        circle(240, 236, 100, mix(c.light, PAPER_WHITE, 0.3))
        + circle(240, 236, 92, PAPER_WHITE)
        + _rim(126, count, c.base)
    )
    body += (
        horn(240, 208, 36, c.base)
        + horn(240, 266, 36, c.base, flip=True)
        + circle(192, 238, 8, c.accent)
        + circle(288, 238, 8, c.accent)
    )
    return body + line("M108 186Q128 124 188 98", PAPER_WHITE, 8, 0.55)


def piala(c: Paint, rng: Random) -> str:
    """A tea bowl and a cup of tea in it."""
    body = ellipse(240, 372, 120, 18, mix(c.light, PAPER_WHITE, 0.5)) + ellipse(240, 368, 96, 12, c.base, 0.35)
    body += path("M116 196H364Q360 330 276 360H204Q120 330 116 196Z", PAPER_WHITE)
    body += path("M300 196H364Q360 330 276 360H240Q300 310 300 196Z", CREAM, 0.9)
    body += path("M117 218H363Q362 248 352 274H128Q118 248 117 218Z", c.base)
    body += "".join(horn(x, 247, 15, PAPER_WHITE) for x in (152, 196, 240, 284, 328))
    body += (
        ellipse(240, 196, 124, 30, PAPER_WHITE)
        + ellipse(240, 198, 112, 24, c.dark)
        + ellipse(240, 202, 106, 19, "#A5602B")
    )
    body += path("M204 356H276L282 374H198Z", CREAM)
    steam = line(
        "M216 160Q200 140 216 120Q230 102 218 84M264 160Q250 142 264 124Q276 108 266 92", PAPER_WHITE, 7, 0.8
    )
    return body + (steam if rng.random() < 0.7 else "")


CREAM = "#E9DFCC"


def teapot(c: Paint, rng: Random) -> str:
    """A round teapot with a gold ornament."""
    body = line("M346 232Q402 220 396 280Q388 330 332 334", c.dark, 18)
    body += path("M150 262Q112 250 100 196Q96 178 114 180Q134 200 166 214Z", c.dark)
    body += ellipse(246, 290, 118, 100, c.base) + path(
        "M300 202Q364 230 364 290Q364 390 250 390Q330 350 300 202Z", c.dark, 0.45
    )
    body += (
        ellipse(246, 196, 62, 16, c.deep)
        + path("M188 192Q196 154 246 150Q296 154 304 192Q246 206 188 192Z", c.light)
        + circle(246, 142, 13, c.accent)
    )
    body += line("M134 268Q246 304 358 268", PAPER_WHITE, 6, 0.9) + line(
        "M134 318Q246 354 358 318", PAPER_WHITE, 6, 0.9
    )
    del rng
    return body + "".join(horn(x, y, 17, APRICOT) for x, y in ((176, 306), (222, 316), (270, 316), (316, 306)))


def kazan(c: Paint, rng: Random) -> str:
    """A cast cauldron for plov, with a wooden lid beside it or steam above."""
    iron = Paint.of(mix(c.base, "#3B3936", 0.8))
    body = path("M78 220H120V244H96Q78 240 78 220ZM402 220H360V244H384Q402 240 402 220Z", iron.deep)
    body += path("M100 216H380Q386 388 240 392Q94 388 100 216Z", iron.base) + path(
        "M318 216H380Q386 388 240 392Q330 350 318 216Z", iron.deep, 0.6
    )
    body += (
        ellipse(240, 216, 142, 34, iron.light)
        + ellipse(240, 218, 128, 27, iron.deep)
        + ellipse(240, 224, 116, 19, "#D9A548")
    )
    grains = "".join(ellipse(150 + i * 20, 220 + (i % 3) * 5, 9, 4, ("#E8C57A", "#C4562E")[i % 2]) for i in range(10))
    steam = line(
        "M196 176Q180 152 196 130Q210 110 198 90M244 170Q228 146 244 124Q258 104 246 84M292 176Q278 152 292 130",
        PAPER_WHITE,
        8,
        0.75,
    )
    return (
        body + grains + (steam if rng.random() < 0.7 else "") + line("M118 262Q124 330 176 362", iron.light, 7, 0.5)
    )


def pot(c: Paint, rng: Random) -> str:
    """A saucepan with a lid."""
    body = line("M116 246H84Q72 270 96 286H118M364 246H396Q408 270 384 286H362", c.deep, 15)
    body += path("M112 206H368V352Q368 390 330 390H150Q112 390 112 352Z", c.base) + path(
        "M310 206H368V352Q368 390 330 390H286Q316 320 310 206Z", c.dark, 0.5
    )
    body += box(100, 192, 280, 24, 12, STEEL) + path("M116 194Q130 136 240 130Q350 136 364 194Z", c.light)
    body += (
        path("M300 140Q352 154 364 194H320Z", c.base, 0.5)
        + box(216, 108, 48, 20, 10, INK)
        + box(232, 120, 16, 14, 2, INK)
    )
    flowers = "".join(
        circle(x, 296, 10, PAPER_WHITE, 0.9) + circle(x, 296, 4, c.accent) for x in (168, 216, 264, 312)
    )
    return body + (flowers if rng.random() < 0.6 else line("M132 240V330", c.light, 9, 0.7))


def knife(c: Paint, rng: Random) -> str:
    """A pchak on a board."""
    body = (
        box(96, 216, 288, 166, 22, WOOD)
        + box(96, 354, 288, 28, 14, mix(WOOD, INK, 0.3))
        + circle(354, 250, 13, "#F1E7D8")
    )
    body += line("M120 262Q230 250 330 268M120 312Q240 322 362 306", mix(WOOD, INK, 0.25), 3, 0.5)
    blade = path("M44 226Q160 186 284 206V254Q150 268 44 226Z", "#D5D8D6") + path(
        "M44 226Q150 268 284 254V236Q150 250 44 226Z", "#A8ADAB"
    )
    blade += box(280, 204, 20, 52, 4, APRICOT) + path("M298 208H400Q424 212 422 236Q416 264 386 258L298 252Z", c.base)
    blade += path("M298 236L414 248Q404 262 386 258L298 252Z", c.deep, 0.5) + "".join(
        circle(x, 231, 5, APRICOT) for x in (322, 352, 382)
    )
    del rng
    return body + turned(moved(blade, 4, -4), -22)


def chair(c: Paint, rng: Random) -> str:
    """A chair with a soft seat."""
    wood = mix(WOOD, c.deep, 0.25)
    body = line("M156 96L146 388M296 96L304 300", wood, 16) + line(
        "M162 300L150 388M332 300L346 390M280 290L286 366", mix(wood, INK, 0.2), 15
    )
    body += box(148, 104, 158, 34, 12, wood) + box(150, 158, 154, 26, 10, wood) + box(150, 204, 154, 22, 10, wood)
    body += path("M140 262H312L356 300Q360 322 344 324H140Q124 322 126 300Z", c.base) + path(
        "M126 300H357Q360 322 344 324H140Q124 322 126 300Z", c.dark
    )
    del rng
    return body + line("M152 284H326", c.light, 4, 0.7, "8 7")


def lamp(c: Paint, rng: Random) -> str:
    """A table lamp that is on."""
    body = (
        circle(240, 210, 150, "#FBE3A8", 0.55)
        + box(232, 214, 16, 150, 6, WOOD)
        + circle(240, 300, 22, mix(WOOD, c.base, 0.4))
    )
    body += path("M170 388Q172 360 240 358Q308 360 310 388Z", mix(WOOD, INK, 0.15))
    body += path("M192 100H288L346 230Q240 254 134 230Z", c.base) + path(
        "M260 100H288L346 230Q318 238 290 240Z", c.dark, 0.5
    )
    body += path("M134 230Q240 254 346 230L343 222Q240 244 137 222Z", "#FBE3A8")
    return body + (
        horn(240, 176, 32, c.light) if rng.random() < 0.5 else line("M150 204Q240 224 330 204", c.light, 6)
    )


def kettle(c: Paint, rng: Random) -> str:
    """An electric kettle."""
    body = line("M318 160Q396 150 388 240Q382 320 330 336", INK, 20)
    body += path("M156 160Q118 168 112 132Q136 124 170 126Z", c.dark)
    body += path("M160 126H316L344 360H136Z", c.base) + path("M276 126H316L344 360H284Z", c.dark, 0.5)
    body += path("M166 126Q180 92 238 92Q296 92 310 126Z", INK) + box(220, 78, 36, 18, 9, INK)
    body += box(128, 356, 224, 32, 12, INK) + box(180, 190, 26, 120, 13, PAPER_WHITE, 0.55)
    del rng
    return body + box(180, 246, 26, 64, 13, "#7FB0CC", 0.9) + circle(330, 372, 6, APRICOT)
