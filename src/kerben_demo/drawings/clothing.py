"""Clothes, shoes and what is worn with them."""

from __future__ import annotations

from random import Random

from kerben_demo.drawings.paint import (
    APRICOT,
    INK,
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


def _hanger() -> str:
    return line("M240 88V74Q240 56 254 58Q266 62 258 72", WOOD, 5) + line("M170 118Q240 70 310 118", WOOD, 7)


def dress(c: Paint, rng: Random) -> str:
    """A summer dress with a belt; flowers or dots on every second one."""
    body = _hanger()
    body += path("M180 112L140 160L170 186L196 158ZM300 112L340 160L310 186L284 158Z", c.dark)
    body += path(
        "M180 110Q240 158 300 110Q306 160 294 214Q342 300 356 376Q240 408 124 376Q138 300 186 214Q174 160 180 110Z",
        c.base,
    )
    body += path("M294 214Q342 300 356 376Q318 388 280 392Q292 300 262 214Z", c.dark, 0.35)
    body += line("M212 232Q190 310 184 384M240 232V394M268 232Q286 310 294 386", c.deep, 3, 0.35)
    body += path("M186 206Q240 222 294 206L296 226Q240 242 184 226Z", c.accent if rng.random() < 0.5 else c.deep)
    if rng.random() < 0.6:
        for x, y in ((160, 340), (206, 292), (224, 352), (264, 300), (306, 346), (282, 256), (198, 250), (238, 180)):
            body += circle(x, y, 7, PAPER_WHITE, 0.85) + circle(x, y, 2.6, c.accent)
    return body


def coat(c: Paint, rng: Random) -> str:
    """A warm coat or jacket with lapels."""
    body = _hanger()
    body += path(
        "M186 108L146 130Q124 220 118 318L152 326Q160 250 180 200Z"
        "M294 108L334 130Q356 220 362 318L328 326Q320 250 300 200Z",
        c.dark,
    )
    body += path("M186 108Q240 128 294 108L322 132Q316 260 330 388Q240 402 150 388Q164 260 158 132Z", c.base)
    body += path("M240 180L294 108L322 132Q316 260 330 388L240 396Z", c.dark, 0.28)
    body += path("M192 106L240 196L214 214L172 122ZM288 106L240 196L266 214L308 122Z", c.light)
    body += line("M240 200V394", c.deep, 3, 0.6)
    body += "".join(circle(254, y, 6.5, c.deep) for y in (230, 276, 322))
    body += box(172, 296, 46, 10, 4, c.deep, 0.55) + box(264, 296, 46, 10, 4, c.deep, 0.55)
    return body + (line("M158 258H322", c.deep, 12, 0.5) if rng.random() < 0.5 else "")


def tshirt(c: Paint, rng: Random) -> str:
    """A T-shirt or shirt laid flat."""
    body = path(
        "M184 110Q240 132 296 110L376 150L346 222L316 206"
        "Q312 300 320 384Q240 394 160 384Q168 300 164 206L134 222L104 150Z",
        c.base,
    )
    body += path("M316 206Q312 300 320 384Q290 390 262 390Q280 300 276 160L316 130Z", c.dark, 0.25)
    body += path("M184 110Q240 132 296 110Q286 156 240 158Q194 156 184 110Z", c.deep)
    body += path("M196 113Q240 128 284 113Q274 142 240 144Q206 142 196 113Z", c.dark)
    body += line("M138 210L344 210", c.deep, 0.1, 0) + line("M120 184L144 198M360 184L336 198", c.deep, 3, 0.45)
    body += line("M166 370Q240 380 314 370", c.deep, 3, 0.4, "7 6")
    choice = rng.randrange(3)
    if choice == 0:
        return body + horn(240, 240, 40, c.accent)
    if choice == 1:
        return body + "".join(line(f"M166 {y}Q240 {y + 8} 314 {y}", c.light, 12, 0.8) for y in (226, 262, 298))
    return body + box(258, 198, 40, 46, 5, c.dark) + line("M258 208H298", c.deep, 3, 0.5)


def sweater(c: Paint, rng: Random) -> str:
    """A knitted sweater with an ornament across the chest."""
    body = path(
        "M180 118L136 142Q110 240 104 336L146 346Q154 270 172 220Z"
        "M300 118L344 142Q370 240 376 336L334 346Q326 270 308 220Z",
        c.dark,
    )
    body += path("M104 330L146 340L144 362L102 352ZM376 330L334 340L336 362L378 352Z", c.deep)
    body += path("M182 116Q240 130 298 116L322 140Q310 260 318 372H162Q170 260 158 140Z", c.base)
    body += path("M162 362Q240 372 318 362V390Q240 400 162 390Z", c.deep)
    body += "".join(line(f"M{x} 368V390", c.base, 3, 0.6) for x in range(176, 316, 16))
    body += path("M184 112Q240 150 296 112L288 142Q240 176 192 142Z", c.deep)
    zig = "M166 214L184 232L202 214L220 232L238 214L256 232L274 214L292 232L312 214"
    body += line(zig, PAPER_WHITE, 7, 0.9) + moved(line(zig, c.accent, 7), 0, 22)
    knots = "".join(circle(x, 282, 5, PAPER_WHITE, 0.8) for x in range(180, 310, 20))
    return body + (knots if rng.random() < 0.6 else moved(line(zig, c.light, 5), 0, 50))


def trousers(c: Paint, rng: Random) -> str:
    """Trousers or jeans laid flat."""
    body = path("M172 92H308Q326 240 334 392H262L240 216L218 392H146Q154 240 172 92Z", c.base)
    body += path("M308 92Q326 240 334 392H296Q296 240 278 92Z", c.dark, 0.4)
    body += box(170, 88, 140, 24, 5, c.dark)
    body += "".join(box(x, 84, 9, 32, 3, c.deep) for x in (188, 236, 284))
    body += line("M240 114V190Q238 206 222 206", c.light, 3, 0.8, "6 5")
    body += line("M178 118Q196 150 172 156M302 118Q284 150 308 156", c.light, 3, 0.8, "6 5")
    if rng.random() < 0.5:
        body += line("M196 220Q190 300 186 372M284 220Q290 300 294 372", c.light, 10, 0.3)
    return body + line("M148 378H218M262 378H332", c.light, 3, 0.7, "6 5")


def _sneaker(c: Paint) -> str:
    body = path(
        "M96 246Q110 226 132 238Q160 256 190 236L214 214Q224 208 234 216"
        "L300 270Q340 284 372 298Q388 308 386 336H98Q86 290 96 246Z",
        c.base,
    )
    body += path("M300 270Q340 284 372 298Q388 308 386 336H318Q326 300 300 270Z", c.light)
    body += path("M96 246Q110 226 132 238Q138 290 132 336H98Q86 290 96 246Z", c.dark)
    body += path("M90 332H388Q398 364 376 366H110Q88 366 90 332Z", PAPER_WHITE)
    body += path("M90 350H390Q390 366 376 366H110Q94 366 90 350Z", c.accent)
    body += line("M222 234L246 222M242 250L266 238M262 266L286 254", PAPER_WHITE, 7)
    return body + line("M150 322Q190 312 216 268", PAPER_WHITE, 11)


def sneakers(c: Paint, rng: Random) -> str:
    """A pair of sneakers, one a step behind."""
    back = moved(_sneaker(Paint.of(c.dark, c.deep)), 62, 30, 0.82)
    return moved(back, 0, -6) + moved(_sneaker(c), -2, 30)


def shoes(c: Paint, rng: Random) -> str:
    """Low shoes: with a heel or flat."""
    heel = rng.random() < 0.5

    def one(p: Paint) -> str:
        if heel:
            body = path(
                "M112 200Q132 182 150 202Q188 276 262 288Q334 300 380 332"
                "Q398 352 384 362H290Q214 354 158 306L146 366H118L106 290Q98 240 112 200Z",
                p.base,
            )
            body += path("M112 200Q132 182 150 202Q188 276 262 288Q244 306 202 290Q140 262 112 200Z", p.deep, 0.8)
            return body + path("M158 306Q214 354 290 362H384L380 370H288Q204 358 152 318Z", p.deep)
        body = path(
            "M100 250Q130 238 160 256Q200 284 246 272Q330 290 372 322Q388 342 376 352H104Q92 290 100 250Z", p.base
        )
        body += path("M160 256Q200 284 246 272L262 290Q200 312 150 274Z", p.deep, 0.8) + box(
            100, 348, 280, 14, 6, p.deep
        )
        return body + circle(276, 306, 8, p.accent)

    return moved(one(Paint.of(c.dark)), 60, 22, 0.84) + moved(one(c), -2, 32)


def boots(c: Paint, rng: Random) -> str:
    """A winter boot with a fur rim or laces."""

    def one(p: Paint) -> str:
        body = path("M152 120H262Q262 210 272 250Q340 262 366 300Q380 324 376 352H148Q140 230 152 120Z", p.base)
        body += path("M152 120H190Q172 230 184 352H148Q140 230 152 120Z", p.dark)
        body += path("M272 250Q340 262 366 300Q380 324 376 352H320Q326 300 266 268Z", p.light, 0.5)
        body += path("M142 346H380V366Q380 376 370 376H244V364H214V376H152Q142 376 142 366Z", p.deep)
        body += "".join(line(f"M222 {y}L268 {y + 8}", APRICOT, 6) for y in (176, 204, 232))
        fur = (
            "M138 108Q150 88 168 98Q184 80 204 94Q224 80 240 96Q264 88 274 108"
            "Q282 130 262 136Q244 148 226 134Q206 148 188 134Q166 146 152 132Q132 128 138 108Z"
        )
        return body + path(fur, "#DCC7A3")

    del rng
    return moved(one(Paint.of(c.dark)), 74, 30, 0.86) + moved(one(c), -36, 18)


def slippers(c: Paint, rng: Random) -> str:
    """Felt house slippers seen from above, with the ram's horn."""
    one = ellipse(0, 0, 56, 116, c.dark) + ellipse(0, 4, 46, 104, mix(c.light, PAPER_WHITE, 0.35))
    one += path("M-56 -6Q-60 -118 0 -118Q60 -118 56 -6Q0 26 -56 -6Z", c.base) + horn(0, -58, 30, PAPER_WHITE)
    del rng
    return turned(moved(one, 180, 258), -8, 180, 258) + turned(moved(one, 302, 262), 8, 302, 262)


def kalpak(c: Paint, rng: Random) -> str:
    """The Kyrgyz felt hat: a tall crown of four wedges and a turned-up brim."""
    felt = mix(c.base, "#FFFDF8", 0.35)
    body = path("M240 74Q290 130 326 306Q240 334 154 306Q190 130 240 74Z", felt)
    body += path("M240 74Q290 130 326 306Q300 316 272 319Q276 170 240 74Z", c.dark, 0.35)
    body += line("M240 80V322M240 80Q206 180 192 316M240 80Q274 180 288 316", c.deep, 3.5, 0.8)
    body += horn(216, 236, 17, INK) + horn(264, 236, 17, INK) + horn(240, 176, 12, INK)
    body += path("M130 300Q240 350 350 300Q378 340 366 376Q240 416 114 376Q102 340 130 300Z", felt)
    body += path("M130 300Q240 350 350 300L356 312Q240 364 124 312Z", INK)
    body += path("M114 376Q240 416 366 376L368 364Q240 402 112 364Z", INK)
    body += horn(240, 366, 14, INK) + horn(176, 354, 12, INK) + horn(304, 354, 12, INK)
    tassel = line("M240 76Q262 92 258 128", INK, 4) + circle(258, 132, 7, c.accent)
    return body + (tassel if rng.random() < 0.6 else circle(240, 76, 8, c.accent))


def scarf(c: Paint, rng: Random) -> str:
    """A folded shawl with fringe and a border."""
    body = "".join(line(f"M{x} 356V386", c.dark, 5) for x in range(286, 366, 12))
    body += path("M276 160L372 176V360H276Z", c.dark)
    body += path("M108 132Q240 108 352 150Q372 160 360 196Q330 262 286 330Q230 290 120 262Q96 196 108 132Z", c.base)
    body += path("M108 132Q240 108 352 150L350 182Q240 140 112 164Z", c.light)
    body += "".join(line(f"M{118 + i * 9} {268 + i * 5}l-6 30", c.base, 7) for i in range(0, 17, 2))
    body += line("M122 246Q232 270 292 308", c.accent, 8)
    dots = ((160, 196), (206, 216), (256, 236), (224, 182), (286, 200), (300, 256))
    if rng.random() < 0.5:
        return body + "".join(circle(x, y, 9, PAPER_WHITE, 0.85) + circle(x, y, 4, c.accent) for x, y in dots)
    return body + horn(196, 206, 24, PAPER_WHITE) + horn(274, 218, 24, PAPER_WHITE)


def socks(c: Paint, rng: Random) -> str:
    """A pair of warm socks."""
    one = path("M0 0H84V150Q84 170 104 184L150 214Q170 240 148 262Q126 276 100 262L22 216Q0 200 0 170Z", c.base)
    one += path("M0 0H84V34H0Z", c.deep) + path(
        "M104 184L150 214Q170 240 148 262Q132 272 112 266Q110 230 138 208Z", c.dark
    )
    stripes = "".join(line(f"M4 {y}H80", c.accent if i % 2 else PAPER_WHITE, 8) for i, y in enumerate((62, 84, 106)))
    del rng
    return moved(one + stripes, 122, 100, 0.98) + moved(one + stripes, 206, 118)


def handbag(c: Paint, rng: Random) -> str:
    """A handbag with a flap."""
    body = line("M176 200Q180 92 240 92Q300 92 304 200", c.deep, 14)
    body += path("M124 196H356Q374 300 364 372Q362 388 346 388H134Q118 388 116 372Q106 300 124 196Z", c.base)
    body += path("M316 196H356Q374 300 364 372Q362 388 346 388H306Q330 300 316 196Z", c.dark, 0.5)
    body += path("M120 190H360Q362 264 300 284Q240 296 180 284Q118 264 120 190Z", c.dark)
    body += line("M130 206Q136 258 186 272Q240 284 294 272Q344 258 350 206", c.light, 3, 0.7, "8 6")
    clasp = box(222, 268, 36, 34, 8, APRICOT) if rng.random() < 0.5 else circle(240, 284, 19, "#C9A04A")
    return body + clasp + circle(240, 284, 6, c.deep)


def backpack(c: Paint, rng: Random) -> str:
    """A school or town backpack."""
    body = line("M212 106Q212 76 240 76Q268 76 268 106", c.deep, 11)
    body += path("M128 220Q110 230 112 330L136 340ZM352 220Q370 230 368 330L344 340Z", c.deep)
    body += path("M138 190Q140 96 240 96Q340 96 342 190V366Q342 390 318 390H162Q138 390 138 366Z", c.base)
    body += path("M300 116Q342 130 342 190V366Q342 390 318 390H284Q312 300 300 116Z", c.dark, 0.45)
    body += line("M156 200Q156 122 240 118Q324 122 324 200", c.deep, 4, 0.8)
    body += (
        box(168, 262, 144, 104, 18, c.dark) + line("M182 288H298", c.accent, 6) + box(228, 284, 10, 26, 4, c.accent)
    )
    return body + (horn(240, 204, 30, c.light) if rng.random() < 0.5 else box(206, 178, 68, 30, 8, c.accent))


def jewelry(c: Paint, rng: Random) -> str:
    """Silver earrings with a stone on a card, as the bazaar sells them."""
    stone = (c.base, "#3C8F92", "#A8322A")[rng.randrange(3)]
    body = box(130, 104, 220, 280, 14, PAPER_WHITE) + box(130, 104, 220, 62, 14, c.light) + horn(240, 134, 20, c.deep)
    for x in (188, 292):
        body += line(f"M{x} 214Q{x - 14} 186 {x} 182Q{x + 14} 186 {x} 206", "#9A9C9B", 4)
        body += path(f"M{x} 206L{x + 32} 262Q{x} 298 {x - 32} 262Z", STEEL) + circle(x, 254, 15, stone)
        body += circle(x - 5, 249, 4, PAPER_WHITE, 0.7)
        body += "".join(
            line(f"M{x + d} {282 - abs(d) / 3:g}v22", "#9A9C9B", 4) + circle(x + d, 310 - abs(d) / 3, 6, stone)
            for d in (-18, 0, 18)
        )
    return body


def watch(c: Paint, rng: Random) -> str:
    """A wrist watch."""
    body = path("M204 84H276L286 190H194ZM194 300H286L276 396H204Z", c.base)
    body += path("M250 84H276L286 190H256ZM256 300H286L276 396H250Z", c.dark, 0.5)
    body += (
        box(328, 232, 18, 26, 6, "#9A9C9B")
        + circle(240, 245, 94, "#9A9C9B")
        + circle(240, 245, 84, STEEL)
        + circle(240, 245, 72, PAPER_WHITE)
    )
    body += "".join(turned(box(237, 180, 6, 14, 2, INK), angle, 240, 245) for angle in range(0, 360, 45))
    hands = line("M240 245V202", INK, 7) + turned(
        line("M240 245V194", INK, 4.5), 60 + 30 * rng.randrange(8), 240, 245
    )
    return body + hands + circle(240, 245, 7, c.accent)
