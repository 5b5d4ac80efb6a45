"""Whether a file is a workbook that may be opened: looked at in pieces before the reader takes it into memory.

The reader (calamine) holds a whole sheet: 24 to 40 bytes for each cell of the rectangle between the first and the
last cell that say something, and every shared text. A file of a few kilobytes can ask for gigabytes of that, by
unpacking into endless text (a zip bomb) or by naming its last cell XFD1048576. So its parts are unpacked here piece
by piece, against a budget, and their cells counted, before anything is built from them.

ECMA-376 part 1, section 18.3: a cell is `c` with its place in `r`; `v`, `f` and `is` are what it says.
"""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final
from xml.parsers import expat

from kerben.flows.goods_import.rows import UnreadableFileError

FILE_MAX: Final = 64 * 1024 * 1024
"""Largest workbook, bytes; it is read into memory."""
UNPACKED_MAX: Final = 512 * 1024 * 1024
"""Most bytes of all parts together, unpacked."""
PARTS_MAX: Final = 5_000
CELLS_MAX: Final = 3_000_000
"""Largest rectangle of a sheet, cells: what fits into 250 MB, 250,000 rows of 12 columns."""
TEXTS_MAX: Final = 3_000_000
"""Most shared texts."""
COLUMNS_MAX: Final = 1_000

NOT_EXCEL: Final = "Это не таблица Excel (.xlsx)."

_PIECE: Final = 256 * 1024
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_DIGITS: Final = "0123456789"
_SAYING: Final = frozenset({"v", "f", "is"})
_TOO_LARGE: Final = (
    f"В книге слишком большой лист: больше {CELLS_MAX:,} ячеек или {COLUMNS_MAX:,} столбцов. "
    "Сохраните таблицу как CSV или разделите её."
).replace(",", "\u00a0")


def why_not_excel(head: bytes) -> str | None:
    """Why a file with these first bytes cannot be a workbook; None when it may be one."""
    if head.startswith(_ZIP):
        return None
    if head.startswith(_OLE):
        return "Это старый формат .xls или книга под паролем: сохраните её как .xlsx без пароля."
    return f"{NOT_EXCEL} Если это CSV, выберите формат csv."


_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    # A part is encrypted, or packed in a way that workbooks are not.
    RuntimeError,
    NotImplementedError,
    expat.ExpatError,
)
"""What the readers of archives and XML raise for files that are not what they say."""


def check_workbook(path: Path) -> None:
    """Look at a file before it is read: UnreadableFileError for what is no workbook or would take too much memory."""
    with path.open("rb") as file:
        head = file.read(8)
        why = why_not_excel(head)
        if why is not None:
            if head.startswith(_OLE) and _ENCRYPTED in file.read(FILE_MAX):
                why = "Книга защищена паролем: сохраните её без пароля."
            raise UnreadableFileError(why)
    if path.stat().st_size > FILE_MAX:
        raise UnreadableFileError(f"Книга больше {FILE_MAX >> 20} МБ: сохраните таблицу как CSV.")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive)
    except _BROKEN as error:
        raise UnreadableFileError("Файл Excel повреждён.") from error
    except OSError as error:
        # A directory that points before the beginning of the file; anything else is the disk's fault.
        if error.errno != errno.EINVAL:
            raise
        raise UnreadableFileError("Файл Excel повреждён.") from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > PARTS_MAX or len(names) != len(parts):
        raise UnreadableFileError("Файл Excel повреждён.")
    if "xl/workbook.xml" not in names:
        binary = "xl/workbook.bin" in names
        raise UnreadableFileError("Это книга .xlsb: сохраните её как .xlsx." if binary else NOT_EXCEL)
    # Pictures and the like are never unpacked.
    texts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    if sum(part.file_size for part in texts) > UNPACKED_MAX:
        raise UnreadableFileError("Файл Excel после распаковки слишком велик: сохраните таблицу как CSV.")
    for part in texts:
        # ZipFile gives no more than the size that the directory tells, and checks the sum of the whole.
        with archive.open(part) as stream:
            counter = _Counter()
            while piece := stream.read(_PIECE):
                counter.feed(piece)
            counter.end()


class _Counter:
    """Counts what a part holds. Raises UnreadableFileError beyond the limits."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EntityDeclHandler = _refuse
        self._parser.StartDoctypeDeclHandler = _refuse
        self._texts = 0
        self._row = self._column = 0
        self._rows = [1 << 31, 0]
        self._columns = [1 << 31, 0]
        self._is_counted = True
        self._letters: dict[str, int] = {}

    def feed(self, piece: bytes) -> None:
        """Take in a piece of the part."""
        self._parser.Parse(piece, False)
        self._check()

    def end(self) -> None:
        """The part is over. Raises expat.ExpatError when it broke off."""
        self._parser.Parse(b"", True)
        self._check()

    def _check(self) -> None:
        width = max(0, self._columns[1] - self._columns[0] + 1)
        height = max(0, self._rows[1] - self._rows[0] + 1)
        if width > COLUMNS_MAX or width * height > CELLS_MAX or self._texts > TEXTS_MAX:
            raise UnreadableFileError(_TOO_LARGE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2] if ":" in name else name
        if local == "c":
            self._place(attributes.get("r"))
            self._is_counted = False
        elif local in _SAYING:
            if not self._is_counted:
                self._is_counted = True
                self._count()
        elif local == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isascii() and number.isdigit() else self._row + 1
            self._column = 0
        elif local == "si":
            self._texts += 1

    def _place(self, reference: str | None) -> None:
        if not reference:
            self._column += 1
            return
        letters = reference.rstrip(_DIGITS)
        column = self._letters.get(letters)
        if column is None:
            if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
                raise UnreadableFileError("Файл Excel повреждён.")
            column = 0
            for letter in letters.upper():
                column = column * 26 + ord(letter) - 64
            self._letters[letters] = column
        self._column = column
        digits = reference[len(letters) :]
        if digits:
            self._row = int(digits[:9])

    def _count(self) -> None:
        rows, columns = self._rows, self._columns
        if self._row < rows[0]:
            rows[0] = self._row
        if self._row > rows[1]:
            rows[1] = self._row
        if self._column < columns[0]:
            columns[0] = self._column
        if self._column > columns[1]:
            columns[1] = self._column


def _refuse(*_: object) -> None:
    raise UnreadableFileError("В файле Excel объявлены сущности XML: такие файлы не принимаются.")
