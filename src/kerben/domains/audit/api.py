"""Public surface of the audit log."""

from kerben.domains.audit.model import AuditEntry, AuditFilter, RecordedEntry
from kerben.domains.audit.service import list_entries, record

__all__ = ["AuditEntry", "AuditFilter", "RecordedEntry", "list_entries", "record"]
