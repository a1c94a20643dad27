"""claimbots: bots that check and correct healthcare claims through a portal's own screens."""

__version__ = "0.1.0"
