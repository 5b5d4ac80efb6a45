"""Pictures of the demo's goods: one hand-composed SVG per kind of goods, coloured by the goods' attributes.

The pictures are small (under 4 KB), hold no script and refer to nothing outside themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from kerben_demo.drawings import clothing, food, home, more, play_and_care, things
from kerben_demo.drawings.paint import APRICOT, COLOURS, PAPER_WHITE, Drawing, Paint, frame

ATTRIBUTE_LABELS: dict[str, str] = {
    "color": "цвет",
    "size": "размер",
    "material": "материал",
    "weight": "вес",
    "volume": "объём",
    "memory": "память",
    "length": "длина",
    "power": "мощность",
    "country": "страна",
    "brand": "марка",
    "grade": "сорт",
    "format": "комплект",
}
"""Russian labels of the attribute keys the demo's variants carry."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of goods is drawn; `colours` are taken by seed where the attributes name none."""

    drawing: Drawing
    colours: tuple[str, ...]
    shadow: float = 132


def _kind(drawing: Drawing, colours: str, shadow: float = 132) -> Kind:
    return Kind(drawing, tuple(colours.split()), shadow)


KINDS: dict[str, Kind] = {
    "dress": _kind(clothing.dress, "красный бирюзовый горчичный синий"),
    "coat": _kind(clothing.coat, "коричневый тёмно-синий бежевый оливковый"),
    "tshirt": _kind(clothing.tshirt, "синий белый горчичный бордовый", 100),
    "sweater": _kind(clothing.sweater, "бордовый зелёный серый"),
    "trousers": _kind(clothing.trousers, "синий чёрный хаки", 110),
    "sneakers": _kind(clothing.sneakers, "красный синий графитовый", 160),
    "shoes": _kind(clothing.shoes, "чёрный коричневый бордовый", 160),
    "boots": _kind(clothing.boots, "коричневый чёрный песочный"),
    "slippers": _kind(clothing.slippers, "красный серый синий", 120),
    "kalpak": _kind(clothing.kalpak, "белый"),
    "scarf": _kind(clothing.scarf, "бордовый бирюзовый горчичный"),
    "socks": _kind(clothing.socks, "серый красный синий"),
    "handbag": _kind(clothing.handbag, "коричневый бордовый чёрный"),
    "backpack": _kind(clothing.backpack, "синий оливковый серый", 110),
    "jewelry": _kind(clothing.jewelry, "бирюзовый бордовый", 120),
    "watch": _kind(clothing.watch, "коричневый чёрный", 70),
    "fabric": _kind(home.fabric, "красный бирюзовый сиреневый горчичный"),
    "shyrdak": _kind(home.shyrdak, "красный синий коричневый", 160),
    "felt_box": _kind(home.felt_box, "бежевый серый"),
    "quilts": _kind(home.quilts, "фиолетовый красный", 160),
    "linen": _kind(home.linen, "голубой розовый мятный бежевый", 160),
    "towel": _kind(home.towel, "бирюзовый коралловый бежевый"),
    "plate": _kind(home.plate, "синий бирюзовый зелёный", 130),
    "piala": _kind(home.piala, "синий красный зелёный", 120),
    "teapot": _kind(home.teapot, "синий бордовый зелёный"),
    "kazan": _kind(home.kazan, "чёрный"),
    "pot": _kind(home.pot, "красный мятный голубой"),
    "knife": _kind(home.knife, "коричневый чёрный", 160),
    "chair": _kind(home.chair, "зелёный бордовый бежевый"),
    "lamp": _kind(home.lamp, "коралловый мятный бежевый", 90),
    "kettle": _kind(home.kettle, "серебристый белый красный"),
    "nuts": _kind(food.nuts, "песочный", 120),
    "dried": _kind(food.dried, "оранжевый бордовый горчичный", 120),
    "kurut": _kind(food.kurut, "синий красный", 120),
    "apple": _kind(food.apple, "красный зелёный жёлтый", 150),
    "tomato": _kind(food.tomato, "красный", 150),
    "vegetables": _kind(food.vegetables, "песочный оранжевый бордовый", 160),
    "melon": _kind(food.melon, "жёлтый", 160),
    "meat": _kind(food.meat, "красный бордовый", 160),
    "sausage": _kind(food.sausage, "бордовый", 160),
    "cheese": _kind(food.cheese, "жёлтый", 160),
    "milk": _kind(food.milk, "голубой зелёный красный"),
    "eggs": _kind(food.eggs, "серый", 150),
    "honey": _kind(food.honey, "оранжевый жёлтый"),
    "tea": _kind(food.tea, "зелёный бордовый чёрный"),
    "spices": _kind(food.spices, "красный жёлтый", 170),
    "bread": _kind(food.bread, "песочный", 160),
    "sweets": _kind(food.sweets, "розовый жёлтый", 120),
    "rice": _kind(food.rice, "молочный", 140),
    "bottle": _kind(food.bottle, "жёлтый оранжевый бордовый", 90),
    "phone": _kind(things.phone, "чёрный синий мятный"),
    "headphones": _kind(things.headphones, "чёрный белый бирюзовый"),
    "cable": _kind(things.cable, "белый чёрный"),
    "bulb": _kind(things.bulb, "жёлтый", 60),
    "hammer": _kind(things.hammer, "красный чёрный", 110),
    "drill": _kind(things.drill, "зелёный оранжевый синий"),
    "paint_can": _kind(things.paint_can, "белый голубой зелёный коричневый"),
    "screws": _kind(things.screws, "синий зелёный", 150),
    "bear": _kind(play_and_care.bear, "песочный коричневый розовый"),
    "ball": _kind(play_and_care.ball, "чёрный синий красный", 110),
    "blocks": _kind(play_and_care.blocks, "зелёный сиреневый", 160),
    "book": _kind(play_and_care.book, "тёмно-синий бордовый зелёный", 150),
    "notebook": _kind(play_and_care.notebook, "синий коралловый зелёный"),
    "cosmetics": _kind(play_and_care.cosmetics, "розовый бордовый", 140),
    "tube": _kind(play_and_care.tube, "мятный голубой розовый", 140),
    "detergent": _kind(play_and_care.detergent, "синий зелёный сиреневый", 120),
    "soap": _kind(play_and_care.soap, "мятный сиреневый песочный", 150),
    "car_part": _kind(things.car_part, "синий красный", 150),
    "tyre": _kind(things.tyre, "чёрный", 120),
    "canister": _kind(things.canister, "красный синий зелёный", 120),
    "bicycle": _kind(things.bicycle, "красный синий бирюзовый", 180),
    "dumbbell": _kind(things.dumbbell, "чёрный синий", 140),
    "thermos": _kind(more.thermos, "тёмно-синий красный зелёный", 120),
    "iron": _kind(more.iron, "синий сиреневый", 160),
    "blender": _kind(more.blender, "белый серый красный", 110),
    "hair_dryer": _kind(more.hair_dryer, "розовый чёрный"),
    "radiator": _kind(more.radiator, "белый серый", 150),
    "rope": _kind(more.rope, "синий чёрный", 140),
    "pan": _kind(more.pan, "чёрный", 120),
    "spools": _kind(more.spools, "фиолетовый розовый", 140),
    "bucket": _kind(more.bucket, "голубой зелёный"),
    "pencils": _kind(more.pencils, "синий зелёный"),
    "wallet": _kind(more.wallet, "коричневый чёрный", 150),
    "belt": _kind(more.belt, "коричневый чёрный", 120),
    "cake": _kind(more.cake, "молочный", 150),
    "corn": _kind(more.corn, "жёлтый", 110),
    "greens": _kind(more.greens, "зелёный", 60),
    "table": _kind(more.table, "коричневый", 150),
    "tape_measure": _kind(more.tape_measure, "жёлтый красный", 140),
    "screwdrivers": _kind(more.screwdrivers, "красный синий", 120),
    "shelf": _kind(more.shelf, "коричневый", 150),
}
"""Every kind of picture by its name, as categories and products refer to it."""


def _colour_name(attributes: Mapping[str, str]) -> str | None:
    name = attributes.get("color") or attributes.get("colour") or attributes.get("цвет") or ""
    return name if name in COLOURS else None


def draw(kind: str, attributes: Mapping[str, str], seed: int) -> str:
    """Draw one goods picture as an SVG document of 480 x 480.

    The colour comes from the attribute `color` where it is one of the known Russian names, else from the kind's
    own palette by `seed`; the seed also picks the backdrop and small details. The same arguments give the same
    text. Raises KeyError for an unknown kind.
    """
    how = KINDS[kind]
    name = _colour_name(attributes) or how.colours[seed % len(how.colours)]
    accent = PAPER_WHITE if name in {"оранжевый", "жёлтый", "горчичный", "золотистый"} else APRICOT
    rng = Random(f"{kind}:{name}:{seed}")
    return frame(how.drawing(Paint.of(COLOURS[name], accent), rng), seed, shadow=how.shadow)


def describe(name: str, attributes: Mapping[str, str]) -> str:
    """Return the alt text of a goods picture: the name, then the attributes that can be seen or that tell apart."""
    seen = [
        f"{ATTRIBUTE_LABELS[key]} {attributes[key]}" for key in ("color", "size", "material") if attributes.get(key)
    ]
    return ", ".join([name, *seen])
