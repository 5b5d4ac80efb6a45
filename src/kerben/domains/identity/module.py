"""How identity plugs in."""

from __future__ import annotations

from kerben.domains.identity.controllers import CONTROLLERS
from kerben.domains.identity.jobs import SWEEPS
from kerben.domains.identity.reactions import WATCHES
from kerben.platform.modules import Module

MODULE = Module(
    name="identity",
    controllers=CONTROLLERS,
    sweeps=SWEEPS,
    watches=WATCHES,
    checks={
        "identity.guests_have_no_sessions": (
            "SELECT s.id FROM identity.session s JOIN identity.users u ON u.id = s.user_id WHERE u.kind = 'guest'"
        ),
        "identity.claimed_guests_belong_to_accounts": (
            "SELECT g.id FROM identity.users g JOIN identity.users a ON a.id = g.claimed_by"
            " WHERE g.kind <> 'guest' OR a.kind <> 'account'"
        ),
    },
)
