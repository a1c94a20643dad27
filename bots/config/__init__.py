"""Configuration: what an operator edits, checked at start with file, line and key.

`load_yaml` reads any of our YAML files into a pydantic model and says every mistake at
once. `load_settings` and `load_portals` read the two files of this room; the policy reads
its own with the same loader. Nothing here is read twice: a run takes what it was given.
"""

from bots.config.folders import config_folder, default_folder, selectors_folder
from bots.config.models import ConfigModel
from bots.config.portals import Portal, PortalsFile, find_portal, load_portals, may_write
from bots.config.reading import ConfigProblem, Fault, load_yaml
from bots.config.settings import Approvals, Settings, load_settings

__all__ = [
    "Approvals",
    "ConfigModel",
    "ConfigProblem",
    "Fault",
    "Portal",
    "PortalsFile",
    "Settings",
    "config_folder",
    "default_folder",
    "find_portal",
    "load_portals",
    "load_settings",
    "load_yaml",
    "may_write",
    "selectors_folder",
]
