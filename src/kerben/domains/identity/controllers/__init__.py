"""HTTP of identity: signing in, one's own account, administration."""

from kerben.domains.identity.controllers.account import AccountController
from kerben.domains.identity.controllers.admin import AdminAuditController, AdminGroupController, AdminUserController
from kerben.domains.identity.controllers.auth import AuthController
from kerben.domains.identity.controllers.own_sessions import OwnSessionsController

CONTROLLERS = (
    AuthController,
    OwnSessionsController,
    AccountController,
    AdminUserController,
    AdminGroupController,
    AdminAuditController,
)

__all__ = ["CONTROLLERS"]
