"""Importing a shop's goods from a file, and exporting them to one.

Owns: the forms of the files (CSV, YML), the work of a run. Does not own: what a row does to the catalogue (catalog),
stock (inventory), where files lie (platform.files).
"""
