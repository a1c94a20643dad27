"""Who may log in to the practice clinic. The passwords are for this machine only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """A log-in; `group` is the name of the group whose rights it has, if it is no admin."""

    login: str
    password: str
    name: str
    group: str = ""


ADMIN = User("admin", "practice-admin-0", "Administrator")
# What the bot works as: it reads what a biller reads, writes services and lines that are
# there, their notes and attachments, and creates, deletes or invoices nothing.
BOT = User("bot", "practice-bot-0001", "Billing bot", "Billing bot")
# A colleague with GNU Health's own group for this work, for edits at the same time.
CLERK = User("clerk", "practice-clerk-02", "Clara Clerk", "Health Back Office")

USERS = {user.login: user for user in (ADMIN, BOT, CLERK)}
