"""The web client: built, found, and served on the server's port with what its public pages show put into them.

Owns: files of the client, the head and the first look of its public pages, the site map. Does not own: the client
itself (web/), nor any data.
"""
