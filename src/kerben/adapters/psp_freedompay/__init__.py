"""FreedomPay / PayBox acquirer behind the `PaymentProvider` port."""

from kerben.adapters.psp_freedompay.provider import FreedomPay, FreedomPayConfig
from kerben.adapters.psp_freedompay.signature import sign

__all__ = ["FreedomPay", "FreedomPayConfig", "sign"]
