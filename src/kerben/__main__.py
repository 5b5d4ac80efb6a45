"""`python -m kerben`."""

from kerben.entrypoints.cli import main

main()
