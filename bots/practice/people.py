"""Who may log in. Fixed and published: these accounts guard synthetic claims only."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class PracticeHasher(PBKDF2PasswordHasher):
    """PBKDF2 with few rounds: the passwords are published, and a log-in should be quick."""

    iterations = 10_000


@dataclass(frozen=True)
class Person:
    """An account. `seed` is the base32 seed of its one-time codes; `role` its group."""

    username: str
    password: str
    seed: str
    role: str
    name: str


PEOPLE = (
    Person(
        "biller",
        "practice-Biller-1",
        "OBZGCY3UNFRWKLLCNFWGYZLSFVZWKZLE",
        "biller",
        "Bea Lindqvist",
    ),
    Person(
        "biller2", "practice-Biller-2", "OBZGCY3UNFRWKLLCNFWGYZLSGIWXGZLF", "biller", "Tom Okafor"
    ),
    Person(
        "supervisor",
        "practice-Super-1",
        "OBZGCY3UNFRWKLLTOVYGK4TWNFZW64RN",
        "supervisor",
        "Sam Whitlock",
    ),
    Person(
        "readonly",
        "practice-Reader-1",
        "OBZGCY3UNFRWKLLSMVQWI33ONR4S243F",
        "readonly",
        "Rae Dunmore",
    ),
)


def ensure_people() -> None:
    """Make the accounts, or put them back as they were: unlocked, no code used."""
    from django.contrib.auth.models import Group, User

    from bots.practice.billing.models import Account

    for person in PEOPLE:
        group, _ = Group.objects.get_or_create(name=person.role)
        user, _ = User.objects.get_or_create(username=person.username)
        first, last = person.name.split(" ", 1)
        user.first_name, user.last_name, user.is_active = first, last, True
        user.set_password(person.password)
        user.save()
        user.groups.set([group])
        Account.objects.update_or_create(
            user=user,
            defaults={"seed": person.seed, "last_step": 0, "failures": 0, "locked": False},
        )


def as_rows() -> list[dict[str, str]]:
    """The accounts, for whoever wants to practise."""
    return [asdict(person) for person in PEOPLE]
