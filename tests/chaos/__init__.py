"""kill -9 of every process of a market under load; afterwards nothing acknowledged is lost or doubled."""
