"""Texts as PostgreSQL takes them: it refuses what is too long, and the character NUL."""

from __future__ import annotations

from typing import Any

from django.db import models


class Words(models.CharField):  # type: ignore[type-arg]
    """A text for people, cut to `max_length`; what a row is found by is never one of these."""

    def get_prep_value(self, value: Any) -> Any:
        """The text as it is kept."""
        words = super().get_prep_value(value)
        return words.replace("\0", "\ufffd")[: self.max_length] if words else words

    def deconstruct(self) -> Any:
        """To the migrations it is a CharField, as it was."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
