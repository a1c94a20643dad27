"""The order of the suite."""

LONG = ("runs", "portals", "tasks", "bad_days")


def pytest_collection_modifyitems(items):
    """Begin with the long files: two workers then end at about the same time."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)
