"""The sandbox inbox as a sender of messages."""

from kerben.adapters.inbox_sandbox.inbox import MessageNotSentError, SandboxInbox, SandboxInboxConfig

__all__ = ["MessageNotSentError", "SandboxInbox", "SandboxInboxConfig"]
