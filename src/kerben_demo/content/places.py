"""The bazaars of Bishkek and streets where shops of the demo stand.

`accuracy_m` says how sure the coordinates are: the four big bazaars and the ЦУМ are placed within their own
grounds; Мадина, the Баткенский рынок and Моссовет are real, their points are taken from the street crossing
they are known by and may be off by the given distance.
"""

from __future__ import annotations

from dataclasses import dataclass

from kerben_demo.content.goods import words


@dataclass(frozen=True, slots=True)
class Bazaar:
    """A place that groups shops; `radius_m` bounds its shops, `share` is its number of shops in the demo."""

    slug: str
    name: str
    short_name: str
    kind: str
    address: str
    description: str
    lat: float
    lon: float
    radius_m: int
    accuracy_m: int
    share: int
    trades: tuple[str, ...]
    spots: tuple[str, ...]


BAZAARS: tuple[Bazaar, ...] = (
    Bazaar(
        "dordoi", "Рынок Дордой", "Дордой", "bazaar", "Бишкек, рынок Дордой, северная окраина города",
        "Крупнейший рынок страны: контейнерные ряды с одеждой, обувью, посудой и техникой, оптом и в розницу.",
        42.9394, 74.6205, 650, 100, 34,
        words("women men kids shoes bags textile kitchen phones toys cosmetics household auto sports appliances"),
        ("ряд «Европа», контейнер {}", "ряд «Кербен», контейнер {}", "ряд «Мурас-Спорт», контейнер {}",
         "ряд «Джунхай», контейнер {}", "ряд «Алкан», контейнер {}", "ряд «Оберон», контейнер {}",
         "ряд «Восток», контейнер {}"),
    ),
    Bazaar(
        "osh-bazaar", "Ошский рынок", "Ошский рынок", "bazaar",
        "Бишкек, Ошский рынок, улицы Киевская и Бейшеналиевой",
        "Старый городской базар: орехи и сухофрукты, мясо, специи, лепёшки, посуда и кыргызские изделия.",
        42.8745, 74.5707, 320, 100, 21,
        words("nuts fruit meat dairy groceries bakery souvenirs kitchen household kids"),
        ("продуктовые ряды, место {}", "крытый павильон, место {}", "центральный ряд, место {}",
         "южный ряд, место {}"),
    ),
    Bazaar(
        "orto-sai", "Рынок Орто-Сай", "Орто-Сай", "bazaar", "Бишкек, рынок Орто-Сай, южная часть города",
        "Рынок южных микрорайонов: свежие продукты каждый день, товары для дома и одежда.",
        42.8395, 74.6114, 260, 100, 15,
        words("fruit meat dairy nuts groceries bakery women phones household kitchen cosmetics"),
        ("павильон {}", "центральный ряд, место {}", "торговый ряд 3, место {}"),
    ),
    Bazaar(
        "alamedin", "Аламединский рынок", "Аламедин", "bazaar", "Бишкек, Аламединский рынок, проспект Жибек Жолу",
        "Продуктовый и вещевой рынок у реки Аламедин: мёд, чай, мясо, овощи, одежда и книги.",
        42.8837, 74.6220, 280, 100, 13,
        words("fruit groceries meat nuts dairy books shoes household souvenirs men"),
        ("крытый рынок, место {}", "второй ряд, место {}", "центральный ряд, место {}", "павильон {}"),
    ),
    Bazaar(
        "madina", "Рынок Мадина", "Мадина", "bazaar", "Бишкек, рынок Мадина, восточная часть города",
        "Ткани и фурнитура для швейных цехов и домашних мастериц, готовый текстиль для дома.",
        42.8629, 74.6310, 200, 700, 9,
        words("fabrics textile fabrics women carpets"),
        ("тканевый ряд, бутик {}", "корпус Б, бутик {}", "второй этаж, бутик {}"),
    ),
    Bazaar(
        "batken", "Баткенский рынок", "Баткенский рынок", "bazaar", "Бишкек, улицы Асаналиева и Боконбаева",
        "Строительный рынок: инструмент, краски, крепёж, электрика и всё для ремонта.",
        42.8683, 74.5625, 220, 600, 9,
        words("tools building tools furniture building"),
        ("строительный ряд, контейнер {}", "ряд инструмента, контейнер {}", "склад-магазин {}"),
    ),
    Bazaar(
        "mossovet", "Торговые ряды «Моссовет»", "Моссовет", "bazaar", "Бишкек, улицы Московская и Абдрахманова",
        "Торговые ряды в центре: косметика, сумки, обувь и подарки по дороге с работы.",
        42.8697, 74.6110, 110, 300, 5,
        words("cosmetics bags shoes books toys"),
        ("бутик {}", "цокольный этаж, бутик {}"),
    ),
    Bazaar(
        "tsum", "ЦУМ «Айчүрөк»", "ЦУМ", "mall", "Бишкек, проспект Чуй, 155",
        "Центральный универмаг: телефоны и аксессуары, часы, одежда и кыргызские сувениры.",
        42.8763, 74.6143, 60, 50, 6,
        words("phones souvenirs phones bags women jewelry"),
        ("1 этаж, отдел {}", "2 этаж, отдел {}", "4 этаж, отдел {}"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Street:
    """A street stretch for shops outside the bazaars: one point on it, good to about a city block."""

    name: str
    lat: float
    lon: float


STREETS: tuple[Street, ...] = (
    Street("ул. Киевская", 42.8738, 74.6020),
    Street("ул. Токтогула", 42.8717, 74.5950),
    Street("пр. Манаса", 42.8620, 74.5877),
    Street("ул. Ахунбаева", 42.8440, 74.6010),
    Street("пр. Чуй", 42.8757, 74.5905),
    Street("ул. Московская", 42.8697, 74.6030),
)
STREET_TRADES: tuple[str, ...] = words("auto bakery furniture sports books cosmetics appliances auto")

BISHKEK_BOUNDS = (42.78, 42.96, 74.48, 74.72)
"""South, north, west and east edge in degrees that hold the whole city and the Дордой bazaar."""
