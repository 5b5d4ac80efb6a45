"""Which roles a person has after accepting another one."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.merchants.model import StaffMember, StaffRole
from kerben.domains.merchants.rules import RANKS, highest, joined, shops_worked_in

MERCHANT, PERSON = UUID(int=1), UUID(int=2)
SHOPS = [UUID(int=10 + n) for n in range(4)]

roles = st.sampled_from([role for role in StaffRole if role is not StaffRole.OWNER])
places = st.none() | st.lists(st.sampled_from(SHOPS), min_size=1, unique=True)
members = st.builds(StaffMember, st.just(MERCHANT), st.just(PERSON), roles, places)


def roles_at(held: list[StaffMember], shop: UUID) -> set[StaffRole]:
    return {m.role for m in held if m.shop_ids is None or shop in m.shop_ids}


@given(st.lists(members, max_size=5))
def test_accepting_gives_the_role_and_takes_none_elsewhere(accepted: list[StaffMember]) -> None:
    held: list[StaffMember] = []
    for new in accepted:
        before, held = held, joined(held, new)
        for shop in SHOPS:
            here, then = roles_at(held, shop), roles_at(before, shop)
            if new.shop_ids is None or shop in new.shop_ids:
                assert new.role in here
            else:
                assert here == then
        # What the table allows: a role once, at most one for the whole, no shop under two roles of its own.
        assert len({m.role for m in held}) == len(held)
        assert sum(m.shop_ids is None for m in held) <= 1
        single = [shop for m in held for shop in m.shop_ids or ()]
        assert len(single) == len(set(single))
        assert all(m.shop_ids != [] for m in held)


def test_a_role_by_shop_moves_to_the_new_one() -> None:
    first, second = SHOPS[:2]
    held = [StaffMember(MERCHANT, PERSON, StaffRole.CASHIER, [first, second])]
    after = joined(held, StaffMember(MERCHANT, PERSON, StaffRole.MANAGER, [second]))
    assert {m.role: m.shop_ids for m in after} == {StaffRole.CASHIER: [first], StaffRole.MANAGER: [second]}
    assert shops_worked_in(after) == {first, second}
    assert shops_worked_in(joined(after, StaffMember(MERCHANT, PERSON, StaffRole.ACCOUNTANT))) is None


def test_the_highest_role_is_named() -> None:
    assert set(RANKS) == set(StaffRole)
    assert highest({StaffRole.CASHIER, StaffRole.MANAGER}) is StaffRole.MANAGER
