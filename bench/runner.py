"""Runs the scenarios on an open market and collects their figures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from bench import limit, load, observe
from bench.load import Load, quantile
from bench.market import Market
from bench.observe import Counted
from bench.profile import Profiler
from bench.reads import accounts
from bench.scenarios import SCENARIOS, Bed, Scenario
from bench.writes import heartbeats

PRIMARY: Final = "granian"
OTHER: Final = "uvicorn"
COMPARED: Final = frozenset({"product", "order"})
"""Scenarios that are measured on the other HTTP server as well."""
COUNTED: Final = frozenset({"complete"})
"""Scenarios whose statements are counted even if nobody asked."""
ORDERING: Final = frozenset({"order", "order_hot", "complete"})
"""Scenarios in which all accounts take turns at ordering."""
CALM_CORES: Final = 0.15
"""A run during which other programs took no more than this is not repeated."""
CAUGHT_UP_S: Final = 10.0
"""So long after the load, at most, consumers may need to have read all events."""
GREETINGS: Final = 4
"""Calls with each token before the clock starts: with two server processes each has most likely met all of them."""


class Plan(msgspec.Struct, frozen=True):
    """How long and how hard."""

    connections: tuple[int, ...] = (64, 256)
    compare_at: int = 64
    """Connections at which the two HTTP servers are compared."""
    warm_up_s: float = 2.0
    seconds: float = 5.0
    scenarios: tuple[str, ...] = tuple(s.name for s in SCENARIOS)
    compare: bool = True
    attempts: int = 3
    """How often a run is made, at most, to find a calm moment of the machine."""
    limits: bool = True
    """Whether pgbench runs beside."""
    statements: bool = False
    """Whether statements are counted in every scenario."""
    profile: str | None = None
    """Folder for stacks of the server processes."""
    flash_units: int = 1_000
    """Pieces in a flash sale; three times as many are ordered."""


def counts(plan: Plan) -> bool:
    """Whether PostgreSQL has to be able to count statements."""
    return plan.statements or not COUNTED.isdisjoint(plan.scenarios)


class Step(msgspec.Struct, frozen=True):
    """One step of a chain."""

    name: str
    p50_ms: float
    p99_ms: float


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """What one run showed. `ratio`: of pgbench; `cpu_us_per_request`: processor time by role."""

    scenario: str
    title: str
    server: str
    connections: int
    requests: int
    """Answers within the measured window."""
    answered: int = 0
    """Answers of the whole run."""
    per_s: float
    target_per_s: float | None = None
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
    batches: dict[str, float] = {}
    """Average number of items in a batch, by name of the batch."""
    steps: list[Step] = []
    notes: dict[str, float] = {}
    statements: Counted | None = None
    statements_per_request: float | None = None
    """Without BEGIN and COMMIT; of server and worker."""

    @property
    def failed(self) -> bool:
        """Whether anything but speed went wrong."""
        return bool(self.errors) or not self.answered or self.caught_up_s > CAUGHT_UP_S


class Outcome(msgspec.Struct):
    """Everything a run of the bench found."""

    figures: list[Figure] = msgspec.field(default_factory=list[Figure])
    broken: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    load_s: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    loading_behind: int = 0
    loading_caught_up_s: float = 0.0
    """Loading leaves events for everything it made; how many, and how long the consumers took to read them."""
    ordering_accounts: int = 0
    """Accounts that placed orders."""

    @property
    def failed(self) -> bool:
        """Whether anything but speed went wrong."""
        return bool(self.broken) or any(f.failed for f in self.figures)


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
        if counts(self._plan):
            await observe.track(self._market.settings.database_url, on=False)
        await self._greet()
        behind, seconds = await self._market.caught_up()
        self.outcome.loading_behind, self.outcome.loading_caught_up_s = behind, round(seconds, 1)
        for scenario in wanted:
            try:
                await self._measure_at(scenario, PRIMARY, self._plan.connections)
            except (RuntimeError, OSError, TimeoutError) as error:
                # What was measured before is worth recording all the same.
                self._say(f"{scenario.name} stopped: {error!r}")
                self.outcome.broken[f"bench of {scenario.name} stopped"] = 1
        if self._plan.compare and any(s.name in COMPARED for s in wanted):
            await self._market.serve(OTHER)
            await self._greet()
            for scenario in wanted:
                if scenario.name in COMPARED:
                    await self._measure_at(scenario, OTHER, [self._plan.compare_at])
        await self._check_accounts()
        return self.outcome

    async def _check_accounts(self) -> None:
        """Orders were to come from all accounts in turn."""
        outcome, buyers = self.outcome, len(self._market.world.bearers)
        outcome.ordering_accounts = await self._market.ordering_accounts()
        placed = max((f.answered for f in outcome.figures if f.scenario in ORDERING), default=0)
        if outcome.ordering_accounts < min(buyers, placed):
            outcome.broken["accounts that placed no order"] = buyers - outcome.ordering_accounts

    async def _measure_at(self, scenario: Scenario, server: str, connections: Sequence[int]) -> None:
        await self._beat()
        for count in connections:
            figure = await self._measure(scenario, server, count)
            self.outcome.figures.append(figure)
            self._say(_sentence(figure))
        broken = await self._market.broken()
        if new := {name: n for name, n in broken.items() if name not in self.outcome.broken}:
            self._say(f"broken after {scenario.name}: {new}")
        self.outcome.broken |= broken

    async def _greet(self) -> None:
        """Every session calls each server process a few times, as people who browse before they order: a token's
        signature is checked once and then remembered."""
        world = self._market.world
        calls = await load.run(
            self._market.port,
            accounts(world, itertools.count()),
            connections=16,
            seconds=60,
            count_max=GREETINGS * len(world.tokens),
        )
        if calls.errors:
            raise RuntimeError(f"buyers are not let in: {calls.errors} {calls.samples}")

    async def _beat(self) -> None:
        """Every till says that it is alive."""
        world = self._market.world
        tills = len(world.shops)
        beats = await load.run(
            self._market.port, heartbeats(world, itertools.count()), connections=4, seconds=30, count_max=tills
        )
        if beats.errors or beats.requests != tills:
            raise RuntimeError(f"heartbeats failed: {beats.errors} {beats.samples}")

    async def _measure(self, scenario: Scenario, server: str, connections: int) -> Figure:
        """The calmest of a few runs: repeated while other programs took more than CALM_CORES."""
        figure = await self._measure_once(scenario, server, connections)
        for _ in range(self._plan.attempts - 1):
            if figure.failed or figure.cores.get("others", 0.0) <= CALM_CORES:
                break
            again = await self._measure_once(scenario, server, connections)
            if again.failed:
                return again
            figure = min(figure, again, key=lambda f: f.cores.get("others", 0.0))
        return figure

    async def _limit(self, script: str | None, connections: int) -> float:
        """The best of two runs of pgbench: whatever disturbs it makes the limit look low and us look good."""
        key = (script or "", min(connections, limit.CLIENTS_MAX))
        if script is None or not self._plan.limits:
            return 0.0
        if key not in self._limits:
            try:
                runs = [await self._pgbench(script, connections) for _ in range(min(2, self._plan.attempts))]
            except RuntimeError as error:
                # The scenario's own figure counts all the same.
                self._say(str(error))
                runs = [0.0]
            self._limits[key] = max(runs)
        return self._limits[key]

    async def _pgbench(self, script: str, connections: int) -> float:
        market = self._market
        return await limit.measure(
            market.settings.database_url, script, market.world, clients=connections, seconds=self._plan.seconds
        )

    async def _measure_once(self, scenario: Scenario, server: str, connections: int) -> Figure:
        market, plan = self._market, self._plan
        dsn = market.settings.database_url
        counting = plan.statements or scenario.name in COUNTED
        if counting:
            await observe.track(dsn, on=True)
        statements_before = await observe.snapshot(dsn) if counting else {}
        batches_before = await observe.batches(market.port)
        usage = market.usage()
        profiler = Profiler(market.server_pid(), Path(plan.profile) if plan.profile else None, plan.seconds)

        def on_window() -> None:
            usage.start()
            profiler.start(f"{scenario.name}-{connections}")

        bed = Bed(market, self._numbers, plan.seconds, plan.warm_up_s, plan.flash_units, on_window)
        found = await scenario.drive(bed, connections)
        spent = usage.stop()
        await profiler.stop()
        behind, caught_up_s = await market.caught_up()
        counted = observe.between(statements_before, await observe.snapshot(dsn)) if counting else None
        if counting:
            await observe.track(dsn, on=False)
        batches = observe.mean_sizes(batches_before, await observe.batches(market.port))
        ceiling = await self._limit(scenario.limit, connections)
        figure = _figure(scenario, server, found, ceiling, (behind, caught_up_s), batches, counted)
        return msgspec.structs.replace(
            figure,
            cores={role: round(s / usage.seconds, 2) for role, s in spent.items()} if usage.seconds else {},
            cpu_us_per_request={
                role: round(s / found.finished * 1e6, 1) if found.finished else 0.0 for role, s in spent.items()
            },
        )


def _figure(
    scenario: Scenario,
    server: str,
    found: Load,
    ceiling: float,
    lag: tuple[int, float],
    batches: dict[str, float],
    counted: Counted | None,
) -> Figure:
    return Figure(
        scenario=scenario.name,
        title=scenario.title,
        server=server,
        connections=found.connections,
        requests=found.requests,
        answered=found.answered,
        per_s=round(found.per_s, 1),
        target_per_s=scenario.target_per_s,
        p50_ms=round(found.latency_ms(0.50), 2),
        p99_ms=round(found.latency_ms(0.99), 2),
        errors=found.errors,
        samples=found.samples,
        pgbench_per_s=round(ceiling, 1),
        ratio=round(found.per_s / ceiling, 3) if ceiling else 0.0,
        cores={},
        cpu_us_per_request={},
        events_behind=lag[0],
        caught_up_s=round(lag[1], 2),
        batches=batches,
        steps=[
            Step(name, round(quantile(times, 0.5) * 1000, 2), round(quantile(times, 0.99) * 1000, 2))
            for name, times in found.steps.items()
        ],
        notes=found.notes,
        statements=counted,
        statements_per_request=round(counted.calls / found.answered, 2) if counted and found.answered else None,
    )


def _sentence(figure: Figure) -> str:
    cpu = figure.cpu_us_per_request
    shown = " ".join(f"{role} {cpu[role]:.0f}" for role in cpu if role != "others" and cpu[role] >= 1)
    return (
        f"{figure.server:8} {figure.title:34} {figure.connections:3} connections: {figure.per_s:8.0f} /s  "
        f"p50 {figure.p50_ms:6.1f} ms  p99 {figure.p99_ms:6.1f} ms  µs: {shown}"
        + (f"  of pgbench {figure.ratio:.2f}" if figure.ratio else "")
        + (f"  others {figure.cores['others']:.2f}" if figure.cores.get("others") else "")
        + (f"  errors {figure.errors}" if figure.errors else "")
    )
