"""The audit log: who did what to what, kept for ever.

Owns `audit.entry`. Does not decide what is worth recording (each domain does) and does not show it (identity's admin
routes do, because guards live there).
"""
