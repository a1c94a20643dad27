"""The portal's one Django application."""
