"""How a soak reads its samples."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from soak import PARTS, Sample, _cost, _memory, _say, _tenths

END = {"left": {"Task": 0, "Page": 0}, "exit": 0}


def samples(memory=lambda claims: 100, cpu=lambda claims: 0.5 * claims):
    return [
        Sample(
            at=2.0 * n,
            claims=10 * n,
            pss=dict.fromkeys(PARTS, memory(10 * n) * 1_000_000),
            rss=0,
            cpu={"bot": cpu(10 * n)},
            portal_cpu=0.0,
            processes=9,
        )
        for n in range(1, 101)
    ]


def test_tenths_are_of_the_claims_and_end_when_all_are_done():
    seen = samples()
    after = [Sample(999, 1000, dict.fromkeys(PARTS, 0), 0, {"bot": 999.0}, 0.0, 1)]

    tenths = list(_tenths(seen + after))

    assert [tenth[-1].claims for tenth in tenths] == list(range(100, 1001, 100))
    assert tenths[-1][-1].at < 999
    assert {round(_cost(tenth), 6) for tenth in tenths} == {0.5}
    assert {_memory(tenth) for tenth in tenths} == {300_000_000}


def test_a_flat_run_with_nothing_left_over_is_well():
    assert _say(samples(), END) == 0


def test_what_grows_costs_more_or_is_left_over_is_not():
    assert _say(samples(memory=lambda claims: 100 + claims // 50), END) == 1
    assert _say(samples(cpu=lambda claims: claims**1.2), END) == 1
    assert _say(samples(), END | {"left": {"Page": 1}}) == 1
    assert _say(samples(), END | {"exit": 2}) == 1
