"""What may become of a finding: corrected by the bot, proposed to a person, or flagged.

Pure: a policy, a case, its review and a day go in; actions come out. `config/policy.yaml`
may only lower what a check allows; what a bot never writes stands in `bots.policy.limits`
and no file can lift it.
"""

from bots.policy.decide import Action, Correct, Flag, Pass, Propose, class_of, decide, reason_for
from bots.policy.file import Policy, load

__all__ = [
    "Action",
    "Correct",
    "Flag",
    "Pass",
    "Policy",
    "Propose",
    "class_of",
    "decide",
    "load",
    "reason_for",
]
