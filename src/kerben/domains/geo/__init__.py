"""Places that group shops (bazaars, malls, streets) and distances on the ground.

Owns: places. Does not own: shops and where they stand (merchants), maps and routes.
"""
