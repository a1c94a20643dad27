"""The order of the suite, and what no test may hang on: the speed of the machine."""

import pytest
import structlog
from hypothesis import HealthCheck, settings

settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

LONG = ("runs", "portals", "tasks", "bad_days")


def pytest_collection_modifyitems(items):
    """Begin with the long files: two workers then end at about the same time."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@pytest.fixture(autouse=True)
def a_log_of_its_own():
    """A command that a test ran in this process wrote its log to an output that is closed now."""
    yield
    structlog.reset_defaults()
