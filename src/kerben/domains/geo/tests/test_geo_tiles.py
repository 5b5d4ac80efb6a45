"""Numbers of squares, and rectangles in a request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.geo.api import LEVEL, Box, column, number_of, read_box, row
from kerben.domains.geo.tiles import number
from kerben.platform.errors import InvalidRequestError

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
PLACES = st.integers(0, 2**LEVEL - 1)


def test_the_squares_of_a_known_point() -> None:
    # The crossing at Shibuya, the worked example of OpenStreetMap's page on the numbers of tiles: 18/232798/103246.
    assert (column(139.7006793) >> LEVEL - 18, row(35.6590699) >> LEVEL - 18) == (232798, 103246)
    assert (column(-180), column(180), row(90), row(-90)) == (0, 2**LEVEL - 1, 0, 2**LEVEL - 1)
    assert (number(1, 0), number(0, 1), number(3, 1)) == (1, 2, 7)


@given(PLACES, PLACES, st.integers(0, LEVEL))
def test_a_square_is_a_run_of_the_finer_ones(x: int, y: int, level: int) -> None:
    shift = LEVEL - level
    assert number(x, y) >> 2 * shift == number(x >> shift, y >> shift)


@given(LATITUDES, LATITUDES, LONGITUDES, LONGITUDES)
def test_columns_go_east_and_rows_south(lat1: float, lat2: float, lon1: float, lon2: float) -> None:
    assert column(min(lon1, lon2)) <= column(max(lon1, lon2))
    assert row(max(lat1, lat2)) <= row(min(lat1, lat2))
    assert 0 <= number_of(lat1, lon1) < 4**LEVEL


def test_a_rectangle_is_read() -> None:
    assert read_box("74.5,42.8,74.7,43") == Box(42.8, 43.0, 74.5, 74.7)
    assert read_box("74.5,42.8,74.5,42.8") == Box(42.8, 42.8, 74.5, 74.5)


@pytest.mark.parametrize(
    "text",
    [
        "", "74", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "2,0,1,1", "0,2,1,1", "-181,0,0,1",
        "0,-91,1,1", "0,0,181,1", "0,0,1,91",
    ],
)  # fmt: skip
def test_a_bad_rectangle_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        read_box(text)
    assert refused.value.errors[0].pointer == "/bbox"
