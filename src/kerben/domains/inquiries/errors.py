"""What call-back requests refuse."""

from __future__ import annotations

from kerben.platform.errors import IllegalTransitionError


class RequestAnsweredError(IllegalTransitionError):
    """Somebody was faster: the request has an answer already and keeps it."""

    code = "REQUEST_ANSWERED"
    text = "На эту заявку уже ответили. Обновите список."
