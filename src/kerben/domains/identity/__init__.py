"""Who people are and how they prove it.

Owns users (accounts and the guest shadows of phones), passwords, one-time codes, sessions and tokens, the second
factor, platform roles and user groups, and the messages that carry codes. Does not own staff roles of merchants
(merchants), tills (pos) or notifications about anything but signing in.
"""
