"""Public surface of the audit log."""

from kerben.domains.audit.model import AuditEntry, AuditFilter, RecordedEntry
from kerben.domains.audit.service import entries_of_merchant, list_entries, record

__all__ = ["AuditEntry", "AuditFilter", "RecordedEntry", "entries_of_merchant", "list_entries", "record"]
