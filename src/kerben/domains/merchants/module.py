"""How merchants plugs into the processes."""

from kerben.domains.merchants.controllers import (
    AdminMerchantsController,
    MerchantsController,
    OwnMerchantsController,
    ShopsController,
)
from kerben.platform.modules import Module

MODULE = Module(
    name="merchants",
    controllers=[MerchantsController, ShopsController, OwnMerchantsController, AdminMerchantsController],
    checks={
        "every_merchant_has_its_owner_as_staff": (
            "SELECT m.id FROM merchants.merchant AS m WHERE NOT EXISTS (SELECT 1 FROM merchants.staff AS s"
            " WHERE s.merchant_id = m.id AND s.user_id = m.owner_id AND s.role = 'owner')"
        ),
        "active_payouts_have_an_account": (
            "SELECT id FROM merchants.merchant WHERE payout_status <> 'none' AND payout_account_sealed IS NULL"
        ),
    },
)
