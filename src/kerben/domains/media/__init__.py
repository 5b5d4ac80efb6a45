"""Pictures that people upload: checked by their content, re-encoded without metadata, kept by content hash.

Owns: uploads, their files and thumbnails, what they are attached to, and when they are swept. Does not own: who may
show which picture where; flows decide that and attach.
"""
