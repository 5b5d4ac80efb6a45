"""The platform's directory of categories: Russian names, slugs, and the kind of picture their goods are drawn as."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """A line of the directory; a root has no parent."""

    slug: str
    name: str
    parent: str | None
    picture: str


_TREE: dict[str, tuple[str, str]] = {
    "clothes Одежда": ("dress", "dresses=Платья=dress outerwear=Верхняя одежда=coat tops=Футболки и рубашки=tshirt "
        "trousers=Брюки и джинсы=trousers knitwear=Свитеры и трикотаж=sweater kids-clothes=Детская одежда=tshirt "
        "socks=Носки и колготки=socks"),
    "footwear Обувь": ("sneakers", "sneakers=Кроссовки=sneakers shoes=Туфли=shoes boots=Ботинки и сапоги=boots "
        "slippers=Домашняя обувь=slippers"),
    "accessories Сумки и аксессуары": ("handbag", "bags=Сумки=handbag backpacks=Рюкзаки=backpack "
        "scarves=Платки и шарфы=scarf jewelry=Украшения=jewelry watches=Часы=watch"),
    "crafts Кыргызские изделия": ("shyrdak", "kalpaks=Калпаки=kalpak shyrdaks=Шырдаки и ковры=shyrdak "
        "felt=Изделия из войлока=felt_box"),
    "textiles Ткани и текстиль": ("fabric", "fabrics=Ткани=fabric bed-linen=Постельное бельё=linen "
        "towels=Полотенца=towel quilts=Тошоки и одеяла=quilts"),
    "home Дом и кухня": ("teapot", "tableware=Столовая посуда=plate cups=Пиалы и чашки=piala teapots=Чайники=teapot "
        "cookware=Казаны и кастрюли=pot knives=Ножи=knife furniture=Мебель=chair lamps=Светильники=lamp"),
    "electronics Электроника": ("phone", "phones=Телефоны=phone headphones=Наушники=headphones "
        "chargers=Зарядки и кабели=cable appliances=Бытовая техника=kettle"),
    "repair Ремонт и инструмент": ("hammer", "hand-tools=Ручной инструмент=hammer "
        "power-tools=Электроинструмент=drill "
        "paints=Краски и смеси=paint_can fasteners=Крепёж=screws electrics=Лампочки и электрика=bulb"),
    "food Продукты": ("dried", "nuts=Орехи=nuts dried-fruit=Сухофрукты=dried fruit=Фрукты=apple "
        "vegetables=Овощи и зелень=tomato meat=Мясо=meat sausages=Казы и колбасы=sausage cheese=Сыр и курут=cheese "
        "milk=Молочные продукты=milk eggs=Яйца=eggs honey=Мёд и варенье=honey tea=Чай=tea spices=Специи=spices "
        "bread=Хлеб и лепёшки=bread sweets=Сладости=sweets grains=Крупы, рис и мука=rice oil=Масло и напитки=bottle"),
    "children Детям": ("bear", "soft-toys=Мягкие игрушки=bear building-toys=Конструкторы=blocks balls=Мячи=ball"),
    "books Книги и канцелярия": ("book", "books-fiction=Книги=book stationery=Тетради и ручки=notebook"),
    "care Красота и чистота": ("cosmetics", "makeup=Косметика=cosmetics skin-care=Уход за кожей=tube "
        "soap=Мыло=soap detergents=Бытовая химия=detergent"),
    "auto Автотовары": ("tyre", "tyres=Шины=tyre "
        "car-parts=Автозапчасти=car_part car-fluids=Масла и жидкости=canister"),
    "sport Спорт и отдых": ("bicycle", "bicycles=Велосипеды=bicycle fitness=Фитнес=dumbbell"),
}  # fmt: skip


def _leaves(text: str) -> list[tuple[str, str, str]]:
    """Split "slug=Русское имя=picture slug2=…"; names may hold spaces, slugs and pictures may not."""
    leaves: list[tuple[str, str, str]] = []
    slug, *parts = text.split("=")
    while parts:
        name, rest = parts[0], parts[1]
        picture, _, following = rest.partition(" ")
        leaves.append((slug, name, picture))
        slug, parts = following, parts[2:]
    return leaves


def _directory() -> tuple[CategoryEntry, ...]:
    entries: list[CategoryEntry] = []
    for head, (picture, leaves) in _TREE.items():
        root, _, name = head.partition(" ")
        entries.append(CategoryEntry(root, name, None, picture))
        entries.extend(CategoryEntry(slug, title, root, kind) for slug, title, kind in _leaves(leaves))
    return tuple(entries)


CATEGORIES: tuple[CategoryEntry, ...] = _directory()
