"""Reading CSV and YML, without a database."""

from __future__ import annotations

import codecs
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.flows.goods_import.csv_format import read_csv
from kerben.flows.goods_import.plain_text import plain_text
from kerben.flows.goods_import.rows import RawRow, Reader, ReadRow, UnreadableFileError
from kerben.flows.goods_import.table import guard_cell, unguard_cell
from kerben.flows.goods_import.yml_format import read_yml

SAMPLE = Path(__file__).parent / "data" / "stefanitsky_valid_feed.xml"


def write(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, rates: dict[str, Decimal] | None = None) -> list[ReadRow]:
    reader = Reader("KGS", rates or {})
    return [reader.read(raw) for raw in read_csv(path)]


def codes(rows: list[ReadRow]) -> list[str | None]:
    return [row.fault.code if row.fault else None for row in rows]


TABLE = 'Артикул;Название;Цена;Остаток;Размер;attr.Ткань;лишнее\nA-1;"Платье; летнее";1 500,50;3;44;лён;x\n'


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("cp1251"),
        TABLE.encode("utf-16"),
        TABLE.replace("\n", "\r\n").encode(),
        b"sku,name,price,stock_qty,size,attr.\xd0\xa2\xd0\xba\xd0\xb0\xd0\xbd\xd1\x8c\n"
        + "A-1,Платье; летнее,1500.50,3,44,лён\n".encode(),
        "sku\tname\tprice\tqty\tSIZE\tattr.Ткань\nA-1\tПлатье; летнее\t1500.5\t3\t44\tлён\n".encode(),
    ],
    ids=["utf-8", "bom", "cp1251", "utf-16", "crlf", "commas", "tabs"],
)
def test_one_table_in_many_dresses(tmp_path: Path, content: bytes) -> None:
    (row,) = read(write(tmp_path, content))
    assert row.fault is None
    assert row.item is not None
    assert (row.row, row.item.sku, row.item.name, row.item.price) == (2, "A-1", "Платье; летнее", 150_050)
    assert row.item.attributes == {"size": "44", "Ткань": "лён"}
    assert row.stock_milli == 3_000
    assert row.item.unit is None, "a file that does not say keeps the unit of known goods"


def test_faults_are_told_by_row_and_the_others_go_on(tmp_path: Path) -> None:
    lines = [
        "sku,name,price,stock,unit,currency",
        "A,Чай,100,5,шт,KGS",
        ",Чай,100,5,,",
        "B,,100,5,,",
        "C,Чай,,5,,",
        "D,Чай,сто,5,,",
        "E,Чай,-5,5,,",
        "F,Чай,10.005,5,,",
        "G,Чай,0,5,,",
        'H,Чай,"1,500",5,,',
        "I,Чай,100,-1,,",
        "J,Чай,100,1.5,шт,",
        "K,Чай,100,1.5,кг,",
        "L,Чай,100,1,литр,",
        "M,Чай,100,1,,USD",
        "N,Чай,100,1,,КРБ",
        "A,Чай,100,1,,",
        "",
        "O,Чай,100,1,,,,лишнее",
        "P,Чай,100,,,",
    ]
    rows = read(write(tmp_path, "\n".join(lines)))
    assert codes(rows) == [
        None,
        "REQUIRED",
        "REQUIRED",
        "REQUIRED",
        "INVALID_PRICE",
        "INVALID_PRICE",
        "INVALID_PRICE",
        "INVALID_PRICE",
        "INVALID_PRICE",
        "INVALID_STOCK",
        "INVALID_STOCK",
        None,
        "INVALID_UNIT",
        "CURRENCY_RATE_MISSING",
        "UNKNOWN_CURRENCY",
        "DUPLICATE_SKU",
        "TOO_MANY_CELLS",
        None,
    ]
    assert [row.row for row in rows][-3:] == [17, 19, 20]
    assert rows[-1].stock_milli is None
    assert rows[11].stock_milli == 1_500


def test_prices_in_other_currencies_are_converted(tmp_path: Path) -> None:
    path = write(tmp_path, "sku,name,price,currency\nA,Чай,100,RUR\nB,Чай,1.99,USD\n")
    rows = read(path, {"RUB": Decimal("1.05"), "USD": Decimal("87.45")})
    assert [row.item.price for row in rows if row.item] == [10_500, 17_403]
    assert {row.item.currency for row in rows if row.item} == {"KGS"}


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"a,b,c\n1,2,3\n", b"sku,name\nA,B\n", b"sku,name,price,price\nA,B,1,2\n", b"\x98\x00\x01PK\xff"],
    ids=["empty", "blank", "no names", "no price", "twice", "binary"],
)
def test_a_table_without_a_readable_header_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read(write(tmp_path, content))


def test_an_endless_cell_fails_its_row_only(tmp_path: Path) -> None:
    content = "sku,name,price\nA,Чай,1\nB," + "ч" * 200_000 + ",1\nC,Чай,1\n"
    assert codes(read(write(tmp_path, content))) == [None, "UNREADABLE_ROW", None]


@given(st.text(max_size=20))
def test_guarded_cells_come_back_as_they_were(text: str) -> None:
    guarded = guard_cell(text)
    assert unguard_cell(guarded) == text
    assert guarded[:1] not in {"=", "+", "-", "@"}


def test_the_real_feed() -> None:
    raws = list(read_yml(SAMPLE))
    reader = Reader("KGS", {"RUB": Decimal("1.05")})
    rows = [reader.read(raw) for raw in raws]
    assert codes(rows) == [None] * 8
    items = {row.item.sku: row.item for row in rows if row.item}
    printer, sandwich, book = items["1511AB"], items["A1VV"], items["755B"]
    assert (printer.name, printer.price, printer.barcode) == ("Принтер Brother 331", 8_503_950, "4601546021298")
    assert printer.description == "Принтер Brother.\nНеплохой."
    assert printer.category == "Принтеры"
    assert printer.attributes is not None
    assert printer.attributes["color"] == "черный, black"
    assert printer.attributes["Размер дисплея"] == "5.6 дюйм"
    assert sandwich.name == "Сэндвичница Brand K220Y9"
    assert sandwich.category is None
    assert book.name == "Александра Маринина. Все не так. В 2 томах. Том 1"
    assert book.category == "Книги > Боевики"
    assert book.barcode == "9785699236473"
    assert items["1511AT"].name == "Свадьба Мюриэл"
    assert items["123144ET"].name.startswith("Дмитрий Хворостовский")


def test_without_a_rate_every_row_of_the_feed_says_so() -> None:
    reader = Reader("KGS", {})
    assert codes([reader.read(raw) for raw in read_yml(SAMPLE)]) == ["CURRENCY_RATE_MISSING"] * 8


def feed(offers: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<yml_catalog><shop><offers>{offers}</offers></shop></yml_catalog>'


def one(tmp_path: Path, offer: str, head: str = "") -> RawRow:
    (raw,) = read_yml(write(tmp_path, feed(offer, head)))
    return raw


def test_stock_comes_from_count_or_from_not_being_available(tmp_path: Path) -> None:
    assert one(tmp_path, '<offer id="1" available="true"><count>7</count></offer>').stock == "7"
    assert one(tmp_path, '<offer id="1" available="false"></offer>').stock == "0"
    assert one(tmp_path, '<offer id="1" available="true"></offer>').stock is None


def test_the_usual_doctype_is_passed_over(tmp_path: Path) -> None:
    raw = one(tmp_path, '<offer id="1" group_id="g"/>', '<!DOCTYPE yml_catalog SYSTEM "shops.dtd">')
    assert (raw.sku, raw.group_key) == ("1", "g")


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/a.dtd"> %a;]>'


@pytest.mark.parametrize("head", [BOMB, EXTERNAL, PARAMETER], ids=["bomb", "external", "parameter"])
def test_entities_are_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(UnreadableFileError, match="сущности"):
        one(tmp_path, '<offer id="1"><name>&a;</name></offer>', head)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not xml",
        "<html></html>",
        feed('<offer id="1"><name>'),
        feed('<offer id="1"><name>&nbsp;</name></offer>'),
        "<yml_catalog>" * 40,
        '<?xml version="1.0" encoding="klingon"?><yml_catalog/>',
        feed(f'<offer id="1"><name>{"ч" * 300_000}</name></offer>'),
        feed(f'<offer id="1">{"<param/>" * 2_000}</offer>'),
    ],
    ids=["empty", "text", "html", "cut off", "entity", "deep", "encoding", "long", "many"],
)
def test_what_is_not_a_feed_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFileError):
        list(read_yml(write(tmp_path, content)))


def test_a_feed_in_windows_1251(tmp_path: Path) -> None:
    text = feed('<offer id="1"><name>Чай</name></offer>').replace('"1.0"', '"1.0" encoding="windows-1251"')
    (raw,) = read_yml(write(tmp_path, text.encode("cp1251")))
    assert raw.name == "Чай"


def test_descriptions_lose_their_html() -> None:
    html = "<p>Чай &amp; кофе</p><script>alert(1)</script><ul><li>один<li>два</ul>"
    assert plain_text(html) == "Чай & кофе\nодин\nдва"
    assert plain_text("a &lt; b") == "a < b"
    assert plain_text('<a title="x>y" href=q>ссылка</a> 1 < 2<!-- <p>нет</p> -->') == "ссылка 1 < 2"
    assert plain_text("до <b и дальше") == "до <b и дальше"


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<![CDATA[", "<", '<a x="', "</", "<script>", "<a x='\""])
def test_broken_html_takes_time_in_proportion_to_its_length(piece: str) -> None:
    # Unclosed tags and comments took the standard parser minutes, with the whole worker standing still.
    started = time.perf_counter()
    plain_text((piece * 200_000)[:200_000])
    assert time.perf_counter() - started < 2
