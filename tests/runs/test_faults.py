"""Whatever a portal does to a save: one try, and the log says what is true."""

import pytest



# The fault, its options, and what the first run may say became of its save.
FAULTS = [
    ("F49", [], {"confirmed", "conflict", "not-done", "none"}),
    ("F50", [], {"confirmed", "conflict", "not-done", "none"}),
    ("F54", [], {"confirmed", "not-done", "none"}),
    ("F61", ["seconds=4"], {"confirmed"}),
    ("F63", [], {"confirmed"}),
    ("F64", [], {"confirmed"}),
    ("F65", [], {"not-done"}),
    ("F66", [], {"refused"}),
    ("F69", [], {"not-done", "refused"}),
    ("F70", [], {"refused"}),
    ("F71", [], {"not-done", "conflict"}),
    ("F74", [], {"confirmed", "not-done", "unknown"}),
    ("F75", [], {"confirmed", "unknown"}),
    ("save-ignored", [], {"not-done"}),
]


@pytest.mark.parametrize(("fault", "options", "allowed"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_faulty_save_is_tried_once_and_told_truly(office, claim, fault, options, allowed):
    known = set(office.intents())
    office.practice("faults", "set", fault, f"claim={claim}", *options)

    done = office.run("--claim", claim)

    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 3}, done.stderr
    new = {name: told for name, told in office.intents().items() if name not in known}
    first = next(iter(new.values()))[1] if new else ["none"]
    assert first[-1] in allowed, (first, done.stdout)
    saves = office.written(claim)["saves"]
    confirmed = sum(outcomes[-1:] == ["confirmed"] for _, outcomes in new.values())
    assert confirmed <= saves <= len(new)
    assert office.verified()

    office.practice("faults", "clear")
    again = office.run("--claim", claim)

    assert "Traceback" not in again.stderr
    for name, (_, outcomes) in office.intents().items():
        assert outcomes, name
        assert outcomes[-1] != "unknown", name
    assert office.written(claim)["saves"] <= 1 + (fault == "F71")
    assert office.verified()
