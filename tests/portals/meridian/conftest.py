from collections.abc import Iterator

import pytest
from portals.meridian.office import Meridian, at_work


@pytest.fixture(scope="module")
def meridian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meridian]:
    folder, office = tmp_path_factory.mktemp("meridian"), tmp_path_factory.mktemp("office")
    with at_work(folder, office) as made:
        yield made
