"""Use cases of identity, one subject per file."""
