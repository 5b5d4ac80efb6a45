"""Runs the scenarios on an open market and collects their figures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from bench import limit, load
from bench.market import Market
from bench.scenarios import SCENARIOS, Scenario, heartbeats

PRIMARY: Final = "granian"
OTHER: Final = "uvicorn"
COMPARED: Final = frozenset({"product", "order"})
"""Scenarios that are measured on the other HTTP server as well."""


CALM_CORES: Final = 0.15
"""A run during which other programs took no more than this is not repeated."""


class Plan(msgspec.Struct, frozen=True):
    """How long and how hard."""

    connections: tuple[int, ...] = (16, 32, 64)
    compare_at: int = 32
    """Connections at which the two HTTP servers are compared."""
    warm_up_s: float = 2.0
    seconds: float = 5.0
    scenarios: tuple[str, ...] = tuple(s.name for s in SCENARIOS)
    compare: bool = True
    attempts: int = 3
    """How often a run is made, at most, to find a calm moment of the machine."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """What one run showed. `ratio`: of pgbench; `cpu_us_per_request`: processor time by role."""

    scenario: str
    title: str
    server: str
    connections: int
    requests: int
    per_s: float
    p50_ms: float
    p99_ms: float
    errors: dict[str, int]
    samples: list[str]
    pgbench_per_s: float
    ratio: float
    cores: dict[str, float]
    """Cores busy on average, by role; `load` is the generator, `others` programs that have no part in this."""
    cpu_us_per_request: dict[str, float]
    events_behind: int
    """How far the last consumer of events was behind when the load ended, in positions of the outbox."""
    caught_up_s: float
    """Seconds until it was not any more."""


class Outcome(msgspec.Struct):
    """Everything a run of the bench found."""

    figures: list[Figure] = msgspec.field(default_factory=list[Figure])
    broken: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    load_s: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    loading_behind: int = 0
    loading_caught_up_s: float = 0.0
    """Loading leaves events for everything it made; how many, and how long the consumers took to read them."""

    @property
    def failed(self) -> bool:
        """Whether anything but speed went wrong."""
        return bool(self.broken) or any(f.errors or not f.requests for f in self.figures)


class Runner:
    """One run of the whole bench."""

    def __init__(self, market: Market, plan: Plan, say: Callable[[str], None]) -> None:
        self._market = market
        self._plan = plan
        self._say = say
        self._numbers = itertools.count()
        self._limits: dict[tuple[str, int], float] = {}
        self.outcome = Outcome(load_s=market.world.load_s)

    async def run(self) -> Outcome:
        """All scenarios on the primary server, then the compared ones on the other; then what must hold."""
        wanted = [s for s in SCENARIOS if s.name in self._plan.scenarios]
        await self._market.serve(PRIMARY)
        await self._greet()
        behind, seconds = await self._market.caught_up()
        self.outcome.loading_behind, self.outcome.loading_caught_up_s = behind, round(seconds, 1)
        for scenario in wanted:
            await self._measure_at(scenario, PRIMARY, self._plan.connections)
        if self._plan.compare:
            await self._market.serve(OTHER)
            await self._greet()
            for scenario in wanted:
                if scenario.name in COMPARED:
                    await self._measure_at(scenario, OTHER, [self._plan.compare_at])
        self.outcome.broken = await self._market.broken()
        return self.outcome

    async def _measure_at(self, scenario: Scenario, server: str, connections: Sequence[int]) -> None:
        await self._beat()
        for count in connections:
            figure = await self._measure(scenario, server, count)
            self.outcome.figures.append(figure)
            self._say(
                f"{server:8} {figure.title:24} {count:3} connections: {figure.per_s:8.0f} /s  "
                f"p50 {figure.p50_ms:6.1f} ms  p99 {figure.p99_ms:6.1f} ms  of pgbench {figure.ratio:.2f}"
                + (f"  errors {figure.errors}" if figure.errors else "")
            )

    async def _greet(self) -> None:
        """Every buyer calls each server process a few times, as people who browse before they order: a token's
        signature is checked once and then remembered."""
        bearers = self._market.world.bearers
        turns = itertools.cycle(bearers)
        calls = await load.run(
            self._market.port,
            lambda: load.get("/api/v1/me", f"Authorization: Bearer {next(turns)}\r\n"),
            connections=16,
            seconds=60,
            count_max=4 * len(bearers),
        )
        if calls.errors:
            raise RuntimeError(f"buyers are not let in: {calls.errors} {calls.samples}")

    async def _beat(self) -> None:
        """Every till says that it is alive."""
        tills = len(self._market.world.shops)
        beats = await load.run(
            self._market.port, heartbeats(self._market.world), connections=4, seconds=30, count_max=tills
        )
        if beats.errors or beats.requests != tills:
            raise RuntimeError(f"heartbeats failed: {beats.errors} {beats.samples}")

    async def _measure(self, scenario: Scenario, server: str, connections: int) -> Figure:
        """The calmest of a few runs: repeated while other programs took more than CALM_CORES."""
        figure = await self._measure_once(scenario, server, connections)
        for _ in range(self._plan.attempts - 1):
            if figure.cores.get("others", 0.0) <= CALM_CORES:
                break
            again = await self._measure_once(scenario, server, connections)
            figure = min(figure, again, key=lambda f: f.cores.get("others", 0.0))
        return figure

    async def _limit(self, script: str, connections: int) -> float:
        """The best of two runs of pgbench: whatever disturbs it makes the limit look low and us look good."""
        return max(
            [
                await limit.measure(
                    self._market.settings.database_url,
                    script,
                    self._market.world,
                    clients=connections,
                    seconds=self._plan.seconds,
                )
                for _ in range(min(2, self._plan.attempts))
            ]
        )

    async def _measure_once(self, scenario: Scenario, server: str, connections: int) -> Figure:
        market, plan = self._market, self._plan
        usage = market.usage()
        result = await load.run(
            market.port,
            scenario.requests(market.world, self._numbers),
            connections=connections,
            seconds=plan.seconds,
            warm_up_s=plan.warm_up_s,
            on_window=usage.start,
        )
        spent = usage.stop()
        behind, caught_up_s = await market.caught_up()
        if (scenario.limit, connections) not in self._limits:
            self._limits[scenario.limit, connections] = await self._limit(scenario.limit, connections)
        ceiling = self._limits[scenario.limit, connections]
        return Figure(
            scenario=scenario.name,
            title=scenario.title,
            server=server,
            connections=connections,
            requests=result.requests,
            per_s=round(result.per_s, 1),
            p50_ms=round(result.latency_ms(0.50), 2),
            p99_ms=round(result.latency_ms(0.99), 2),
            errors=result.errors,
            samples=result.samples,
            pgbench_per_s=round(ceiling, 1),
            ratio=round(result.per_s / ceiling, 3) if ceiling else 0.0,
            cores={role: round(s / result.seconds, 2) for role, s in spent.items()},
            cpu_us_per_request={
                role: round(s / result.requests * 1e6, 1) if result.requests else 0.0 for role, s in spent.items()
            },
            events_behind=behind,
            caught_up_s=round(caught_up_s, 2),
        )
