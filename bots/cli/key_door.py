"""What the doors to keys and the audit log share: settings, places and the office's master key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.config import Settings
    from bots.places import Places
    from bots.secrets import MasterKey


def settings_and_places() -> tuple[Settings, Places]:
    """This process's settings and places; raises Problem as they do."""
    from bots.config import load_settings
    from bots.places import here

    return load_settings(), here()


def office_key(settings: Settings, places: Places) -> MasterKey:
    """The master key that the configuration asks for.

    Raises:
        Problem: none is configured and a real portal is, or it cannot be read.
    """
    from bots.config import load_portals
    from bots.secrets import master_key

    portals = load_portals().values()
    return master_key(
        settings.keys.master, places.made(), practice_only=all(p.is_practice for p in portals)
    )
