"""Use cases of pos, one file each."""
