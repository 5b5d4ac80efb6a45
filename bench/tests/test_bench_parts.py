"""What the bench computes: quantiles, answers cut out of a stream, processor time, batches, statements, requests."""

from __future__ import annotations

import asyncio
import itertools
from typing import cast
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import flash, load, names, observe, reads, usage, writes
from bench.observe import Statement
from bench.world import Goods, Shop, World

pytestmark = pytest.mark.slow

BODY = b'{"code":"OUT_OF_STOCK"}'
ANSWER = b"HTTP/1.1 409 Conflict\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


def _world(shops: int = 3, products: int = 5, buyers: int = 7) -> World:
    def goods(n: int) -> Goods:
        return Goods(UUID(int=n), UUID(int=1000 + n), f"SKU-{n}", f"20000000{n:05d}", UUID(int=9), names.product(n))

    return World(
        shops=[
            Shop(
                UUID(int=50 + s),
                UUID(int=60 + s),
                [goods(s * products + n) for n in range(products)],
                UUID(int=70 + s),
                f"till-{s}",
                "secret",
            )
            for s in range(shops)
        ],
        bearers=[f"buyer-{n}" for n in range(buyers)],
        tokens=[f"buyer-{n}-{k}" for k in range(3) for n in range(buyers)],
    )


def test_quantiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert load.quantile(values, 0.5) == 51.0
    assert load.quantile(values, 0.99) == 100.0
    assert load.quantile([7.0], 0.99) == 7.0
    assert load.quantile([], 0.5) == 0.0


@given(st.lists(st.integers(1, len(ANSWER)), max_size=6), st.integers(1, 3))
def test_answers_are_cut_out_however_they_arrive(cuts: list[int], count: int) -> None:
    reader = load.Reader()
    for _ in range(count):
        places = sorted({0, *(c for c in cuts if c < len(ANSWER)), len(ANSWER)})
        pieces = [ANSWER[a:b] for a, b in itertools.pairwise(places)]
        assert [reader.feed(piece) for piece in pieces] == [None] * (len(pieces) - 1) + [ANSWER]


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\nx: y", 12),
        (b"HTTP/1.1 200 OK\r\nContent-Length:  3", 3),
        (b"HTTP/1.1 304 Not Modified\r\netag: x", 0),
    ],
)
def test_length_of_a_body_is_read_from_the_head(head: bytes, length: int) -> None:
    assert load.content_length(head + b"\r\n\r\ncontent-length: 99", len(head)) == length


def test_an_answer_in_chunks_is_refused() -> None:
    with pytest.raises(ValueError, match="Content-Length"):
        load.Reader().feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")


async def test_a_run_counts_wanted_answers_and_others_apart() -> None:
    answers = itertools.cycle(
        [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", ANSWER, ANSWER.replace(b"409", b"500")]
    )

    class Answers(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.write = cast("asyncio.Transport", transport).write

        def data_received(self, data: bytes) -> None:
            self.write(next(answers))

    server = await asyncio.get_running_loop().create_server(Answers, load.HOST, 0)
    async with server:
        found = await load.run(
            server.sockets[0].getsockname()[1],
            lambda: load.get("/"),
            connections=1,
            seconds=5,
            count_max=9,
            accept=flash.is_sold_out,
        )
    assert (found.answered, found.requests, found.errors) == (9, 6, {"500": 3})
    assert found.statuses == {200: 3, 409: 3}
    assert "OUT_OF_STOCK" in found.samples[0]


def test_requests_made_ahead_are_followed_by_others() -> None:
    numbers = itertools.count()
    make = load.ahead(lambda: b"%d" % next(numbers), 2)
    assert next(numbers) == 2
    assert [make() for _ in range(4)] == [b"0", b"1", b"3", b"4"]


def test_processor_time_of_a_process_includes_its_ended_children() -> None:
    fields = ["S", "41", *["0"] * 9, "150", "50", "30", "20", *["0"] * 30]
    assert usage.parse_stat(f"7 (name) with (brackets)) {' '.join(fields)}") == (41, 2.5)


def test_processor_time_goes_to_whole_families_and_does_not_vanish_with_a_process() -> None:
    before = usage.members(1, {1: (0, 1.0), 2: (1, 4.0), 3: (2, 2.0), 9: (0, 50.0)})
    assert before == {1: 1.0, 2: 4.0, 3: 2.0}
    # 3 ended: its parent counts all it used; 4 was born.
    after = usage.members(1, {1: (0, 1.5), 2: (1, 7.0), 4: (1, 0.5), 9: (0, 60.0)})
    assert usage.spent_between(before, after) == pytest.approx(2.0)
    assert usage.spent_between(before, {1: 1.0}) == 0.0


def test_batch_sizes_are_averages_between_two_looks() -> None:
    text = (
        'kerben_batch_size_bucket{batch="orders",le="1.0"} 3.0\n'
        'kerben_batch_size_count{batch="orders"} 10.0\nkerben_batch_size_sum{batch="orders"} 40.0\n'
        'kerben_batch_size_count{batch="pos-sales"} 2.0\nkerben_batch_size_sum{batch="pos-sales"} 9.0\n'
    )
    before = observe.read_batches(text)
    assert before == {"orders": (40.0, 10.0), "pos-sales": (9.0, 2.0)}
    after = observe.read_batches(text.replace("10.0", "14.0").replace("40.0", "70.0"))
    assert observe.mean_sizes(before, after) == {"orders": 7.5}


def test_statements_of_a_run_are_those_between_two_looks_without_begin_and_commit() -> None:
    old = {(1, True): Statement("SELECT a", 10, 0, 10, 5.0, 0.0), (2, True): Statement("BEGIN", 3, 0, 0, 0.0, 0.0)}
    new = {
        (1, True): Statement("SELECT a", 14, 0, 18, 9.0, 0.0),
        (2, True): Statement("BEGIN", 8, 0, 0, 0.1, 0.0),
        (3, True): Statement("UPDATE b", 2, 1, 2, 8.0, 0.0),
        (4, True): Statement("SELECT * FROM pg_stat_statements", 1, 0, 9, 70.0, 0.0),
    }
    found = observe.between(old, new)
    assert (found.calls, found.control, found.total_ms) == (6, 5, 12.0)
    assert [(s.query, s.calls, s.mean_us) for s in found.top] == [("UPDATE b", 2, 4000.0), ("SELECT a", 4, 1000.0)]


@given(st.integers(2, 40))
def test_every_order_of_a_round_has_another_pair_of_goods(count: int) -> None:
    pairs = [writes.pair(count, turn) for turn in range(count // 2 * (count - 1))]
    assert all(a != b and 0 <= a < count and 0 <= b < count for a, b in pairs)
    assert len(set(pairs)) == len(pairs)


def test_each_buyer_takes_turns_and_no_idempotency_key_comes_twice() -> None:
    world = _world()
    make = writes.orders(world, itertools.count())
    made = [make().decode() for _ in range(3 * len(world.bearers))]
    bearers = [request.split("Bearer ", 1)[1].split("\r\n", 1)[0] for request in made]
    assert bearers == world.bearers * 3
    assert len({request.split("Idempotency-Key: ", 1)[1].split("\r\n", 1)[0] for request in made}) == len(made)


def test_tokens_of_all_sessions_and_all_products_are_asked_for() -> None:
    world = _world()
    me = reads.accounts(world, itertools.count())
    assert len({me() for _ in world.tokens}) == len(world.tokens) == 21
    page = reads.products(world, itertools.count())
    assert len({page() for _ in world.products}) == len(world.products) == 15


def test_each_till_takes_turns_and_signs_what_it_sends() -> None:
    world = _world()
    make = writes.sales(world, itertools.count())
    made = [make() for _ in range(6)]
    assert [r.split(b"Bearer ", 1)[1][:6] for r in made] == [b"till-0", b"till-1", b"till-2"] * 2
    bodies = [msgspec.json.decode(r.split(b"\r\n\r\n", 1)[1]) for r in made]
    assert len({body["receipt_number"] for body in bodies}) == 6
    assert all(b"X-Kerben-Signature: sha256=" in r for r in made)


def test_queries_are_rare_common_and_misspelt() -> None:
    every = [names.product(n) for n in range(100_000)]
    assert max(sum(name.endswith(f" {make}") for name in every) for make in {n.split()[2] for n in every[:20]}) < 500
    thing, kind, make = every[0].split()
    asked = [names.query(every[0], turn) for turn in range(10)]
    assert asked[:9] == [make] * 4 + [f"{thing} {make}"] * 2 + [f"{thing} {kind}"] * 2 + [thing]
    misspelt = asked[9]
    assert misspelt != make
    assert sum(a != b for a, b in zip(misspelt, make, strict=True)) == 1


def test_only_the_refusals_that_were_meant_are_taken() -> None:
    assert flash.is_sold_out(409, ANSWER)
    assert not flash.is_sold_out(409, b'{"code":"IDEMPOTENCY_KEY_REUSED"}')
    assert not flash.is_sold_out(500, ANSWER)
    assert reads.is_refusal(400, b'{"code":"CART_TOKEN_REQUIRED"}')
    assert not reads.is_refusal(401, b'{"code":"UNAUTHENTICATED"}')
