"""How long the names that an office gives may be: the store has columns as wide for them.

A store in PostgreSQL refuses one letter more, and a run could not even be asked for.
"""

NAME = 60  # of a portal, a schedule, a worker
CREDENTIAL = 250  # or where it is in a vault
