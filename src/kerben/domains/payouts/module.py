"""What payouts bring to the processes."""

from kerben.domains.payouts.controllers import AdminMoneyController, MerchantPayoutsController
from kerben.domains.payouts.jobs import SWEEPS
from kerben.domains.payouts.reactions import REACTIONS
from kerben.domains.payouts.repository import CHECKS
from kerben.domains.payouts.statement_controllers import StatementController
from kerben.platform.modules import Module

MODULE = Module(
    name="payouts",
    controllers=[MerchantPayoutsController, StatementController, AdminMoneyController],
    reactions=REACTIONS,
    sweeps=SWEEPS,
    checks=CHECKS,
)
