"""How merchants plugs into the processes."""

from kerben.domains.merchants.audit_controllers import MerchantAuditController
from kerben.domains.merchants.controllers import (
    AdminMerchantsController,
    MerchantsController,
    OwnMerchantsController,
    ShopsController,
)
from kerben.domains.merchants.directory import HEARD, on_shops_changed
from kerben.domains.merchants.events import ApiKeyChanged
from kerben.domains.merchants.partner_controllers import ApiKeyController, MerchantShopsController, PartnerController
from kerben.domains.merchants.partner_guard import on_key_changed
from kerben.domains.merchants.staff_controllers import InvitationController, StaffController
from kerben.platform.modules import Module, Watch

MODULE = Module(
    name="merchants",
    controllers=[
        MerchantsController,
        ShopsController,
        OwnMerchantsController,
        AdminMerchantsController,
        MerchantShopsController,
        StaffController,
        InvitationController,
        ApiKeyController,
        PartnerController,
        MerchantAuditController,
    ],
    watches=[
        Watch("merchants.api_keys", (ApiKeyChanged,), on_key_changed),
        Watch("merchants.shops", HEARD, on_shops_changed),
    ],
    checks={
        "every_merchant_has_its_owner_as_staff": (
            "SELECT m.id FROM merchants.merchant AS m WHERE NOT EXISTS (SELECT 1 FROM merchants.staff AS s"
            " WHERE s.merchant_id = m.id AND s.user_id = m.owner_id AND s.role = 'owner')"
        ),
        "working_keys_have_a_current_secret": (
            "SELECT k.id FROM merchants.api_key AS k WHERE k.revoked_at IS NULL AND NOT EXISTS (SELECT 1"
            " FROM merchants.api_key_secret AS s WHERE s.key_id = k.id AND s.valid_until IS NULL)"
        ),
        "active_payouts_have_an_account": (
            "SELECT id FROM merchants.merchant WHERE payout_status <> 'none' AND payout_account_sealed IS NULL"
        ),
    },
)
