"""What each figure means. The definition is printed beside the figure, wherever it stands."""

from __future__ import annotations

CLEAN_RATE = (
    "Clean claims ÷ all claims seen in the run. Clean: no finding of severity error, and no "
    "required check without an answer. Failed and not evaluated claims stay in the "
    "denominator. Nearest known measure: HFMA MAP Key CL-1, claims that pass edits with no "
    "manual intervention ÷ claims accepted into the claims tool. CL-1 counts your claims tool's "
    "edits; this counts ours, on the claims this run saw."
)

# (figure, definition), in the order in which they are printed.
DEFINITIONS: tuple[tuple[str, str], ...] = (
    ("Clean-claim rate as found", CLEAN_RATE),
    (
        "Clean-claim rate after bot",
        (
            "The same, with the bot's confirmed corrections applied. A corrected claim was "
            "touched, so it is not clean in the sense of CL-1; neither is one that an "
            "approved proposal cleaned."
        ),
    ),
    (
        "Outcome of a claim",
        (
            "Counted once, under the first that applies: failed, conflict, refused, proposed, "
            "flagged, corrected, passed. A claim that is seen in two runs counts in each."
        ),
    ),
    (
        "At stake",
        (
            "Sum of the findings' worth in dollars by the fee table named with them; empty where "
            "no finding has a price. Two findings on one line may both carry its worth."
        ),
    ),
    (
        "Missed charge",
        (
            "Suspected: the record shows an order, an act and a signature, and the claim has no "
            "line for it. A person confirms it in the chart; the bot never adds a line."
        ),
    ),
    (
        "Not evaluated",
        (
            "A check that had no answer because a table, the documentation or the patient's other "
            "claims were missing. Never a pass."
        ),
    ),
    (
        "Edit rate, not accuracy",
        (
            "These are findings of our own checks. Coding accuracy needs a human reviewer's "
            "answer as the truth, and no figure here claims it."
        ),
    ),
)
