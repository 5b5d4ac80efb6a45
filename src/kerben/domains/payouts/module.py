"""What payouts bring to the processes."""

from kerben.domains.payouts.controllers import AdminMoneyController, MerchantPayoutsController
from kerben.domains.payouts.jobs import SWEEPS
from kerben.domains.payouts.reactions import REACTIONS
from kerben.domains.payouts.repository import CHECKS
from kerben.platform.modules import Module

MODULE = Module(
    name="payouts",
    controllers=[MerchantPayoutsController, AdminMoneyController],
    reactions=REACTIONS,
    sweeps=SWEEPS,
    checks=CHECKS,
)
