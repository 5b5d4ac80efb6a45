"""What a question must look like, and who may answer it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.inquiries.events import AvailabilityAnswered, AvailabilityAsked
from kerben.domains.inquiries.live import LIVE
from kerben.domains.inquiries.model import AvailabilityStatus
from kerben.domains.inquiries.rules import NAME_MAX, TEXT_MAX, read_question
from kerben.domains.inquiries.states import REQUEST
from kerben.domains.merchants.model import ADMIN, PARTNER, StaffRole
from kerben.platform.errors import InvalidRequestError
from kerben.platform.ids import new_id

PHONE = "0555 01-02-03"


def test_only_staff_and_admins_answer_and_only_once() -> None:
    actors = [*(role.value for role in StaffRole), ADMIN, PARTNER, "buyer", "system"]
    allowed = {
        (source, target, actor)
        for source, target, actor in product(AvailabilityStatus, AvailabilityStatus, actors)
        if REQUEST.allows(source, target, actor)
    }
    assert allowed == {
        (AvailabilityStatus.OPEN, AvailabilityStatus.ANSWERED, actor)
        for actor in [*(role.value for role in StaffRole), ADMIN]
    }
    assert REQUEST.initial == {AvailabilityStatus.OPEN}
    assert REQUEST.final == {AvailabilityStatus.ANSWERED}


def test_texts_are_cleaned_and_the_phone_is_in_e164() -> None:
    question = read_question(new_id(), None, "  Айгуль \n Осмонова ", PHONE, "  размер 44?  ")
    assert (question.name, question.phone, question.comment) == ("Айгуль Осмонова", "+996555010203", "размер 44?")
    assert read_question(new_id(), None, "я" * NAME_MAX, PHONE, "   ").comment is None


FAULTY = {
    "no name": ((" ", PHONE, None), [("/name", "REQUIRED")]),
    "a long name": (("я" * (NAME_MAX + 1), PHONE, None), [("/name", "INVALID_VALUE")]),
    "an unseen sign": (("Айгуль\u202e", PHONE, None), [("/name", "INVALID_VALUE")]),
    "no phone": (("Айгуль", "", None), [("/phone", "INVALID_PHONE")]),
    "a short phone": (("Айгуль", "+99655", None), [("/phone", "INVALID_PHONE")]),
    "a long comment": (("Айгуль", PHONE, "я" * (TEXT_MAX + 1)), [("/comment", "INVALID_VALUE")]),
    "a zero byte": (("Айгуль", PHONE, "a\x00b"), [("/comment", "INVALID_VALUE")]),
    "all at once": (
        ("", "нет", "\x00"),
        [("/name", "REQUIRED"), ("/phone", "INVALID_PHONE"), ("/comment", "INVALID_VALUE")],
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_every_fault_is_pointed_at(case: str) -> None:
    texts, faults = FAULTY[case]
    with pytest.raises(InvalidRequestError) as refused:
        read_question(new_id(), None, *texts)
    assert [(error.pointer, error.code) for error in refused.value.errors] == faults


@given(
    st.text(max_size=120),
    st.sampled_from([PHONE, "+7 701 123 45 67"]) | st.text(max_size=60),
    st.none() | st.text(max_size=600),
)
def test_whatever_is_typed_is_refused_or_can_be_stored(name: str, phone: str, comment: str | None) -> None:
    faults: list[str] = []
    stored: list[str] = []
    try:
        question = read_question(new_id(), None, name, phone, comment)
        stored = [question.name, question.phone, question.comment or ""]
    except InvalidRequestError as error:
        faults = [fault.pointer for fault in error.errors]
    assert set(faults) <= {"/name", "/phone", "/comment"}
    assert bool(faults) != bool(stored)
    if stored:
        assert 1 <= len(stored[0]) <= NAME_MAX
        assert stored[1].removeprefix("+").isdecimal()
        assert "\x00" not in "".join(stored)


def test_open_cabinets_hear_of_a_request_but_not_whose_it_is() -> None:
    request_id, shop_id, product_id = new_id(), new_id(), new_id()
    asked = AvailabilityAsked(request_id, shop_id, product_id, None, "Платье", "open")
    answered = AvailabilityAnswered(request_id, shop_id, product_id, None, "Платье", "answered", "in_stock")
    for event in (asked, answered):
        assert LIVE.messages(event) == [
            (
                f"shop-requests:{shop_id}",
                "availability_request",
                {"id": request_id, "product_name": "Платье", "status": event.status},
            )
        ]
        assert event.key == str(request_id)
        assert not {"name", "phone", "comment", "note"} & set(event.__struct_fields__)
