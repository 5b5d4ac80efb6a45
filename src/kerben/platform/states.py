"""State machines as tables: who may move a thing from where to where.

A machine is checked when it is built: a state that cannot be reached, or one that cannot be left though it is not
declared final, is an error. Applying a transition is a conditional UPDATE (`… AND status = ANY(sources)`), so of
two racing transitions exactly one wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


class InvalidStateMachineError(ValueError):
    """A table has unreachable or dead-end states, or repeats a transition."""


@dataclass(frozen=True)
class Transition(Generic[S]):
    """One allowed step and the actors who may make it."""

    source: S
    target: S
    by: frozenset[str]


def step(source: S, target: S, *by: str) -> Transition[S]:
    """One row of a table."""
    return Transition(source, target, frozenset(by))


class StateMachine(Generic[S]):
    """The transitions of one kind of thing."""

    def __init__(self, *, initial: Iterable[S], final: Iterable[S], transitions: Iterable[Transition[S]]) -> None:
        self.initial = frozenset(initial)
        self.final = frozenset(final)
        self.transitions = tuple(transitions)
        self._table = {(t.source, t.target): t.by for t in self.transitions}
        self._check()

    def _check(self) -> None:
        if len(self._table) != len(self.transitions):
            raise InvalidStateMachineError("a transition stands twice")
        states = set(type(next(iter(self.initial))))
        reached = set(self.initial)
        frontier = list(self.initial)
        while frontier:
            here = frontier.pop()
            for transition in self.transitions:
                if transition.source == here and transition.target not in reached:
                    reached.add(transition.target)
                    frontier.append(transition.target)
        if unreachable := states - reached:
            raise InvalidStateMachineError(f"unreachable: {sorted(unreachable)}")
        leaves = states - {t.source for t in self.transitions}
        if dead_ends := leaves - self.final:
            raise InvalidStateMachineError(f"dead ends: {sorted(dead_ends)}")

    def allows(self, source: S, target: S, actor: str) -> bool:
        """Whether this actor may make this step."""
        return actor in self._table.get((source, target), frozenset())

    def sources(self, target: S, actor: str) -> list[S]:
        """The states from which this actor may move to `target`, for `status = ANY($n)`."""
        return [t.source for t in self.transitions if t.target == target and actor in t.by]

    def targets(self, source: S, actor: str) -> list[S]:
        """Where this actor may move a thing that is in `source`."""
        return [t.target for t in self.transitions if t.source == source and actor in t.by]
