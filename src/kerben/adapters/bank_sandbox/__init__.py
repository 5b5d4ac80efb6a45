"""The sandbox bank behind the `PayoutBank` port."""

from kerben.adapters.bank_sandbox.bank import ReferenceConflictError, SandboxBank, SandboxBankConfig

__all__ = ["ReferenceConflictError", "SandboxBank", "SandboxBankConfig"]
