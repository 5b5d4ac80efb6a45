"""The outside world played locally: an acquirer, a bank for payouts and an inbox, in one separate process.

Nothing here knows Kerben's domains; it is reached only over HTTP, as the real services would be.
"""
