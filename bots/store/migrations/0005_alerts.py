"""Alerts: each trouble that somebody is told of, once, and whether it is over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty at first."""

    dependencies = [("store", "0004_supervision")]

    operations = [
        migrations.CreateModel(
            name="AlertRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=30)),
                ("subject", models.CharField(max_length=120)),
                ("run", models.CharField(blank=True, max_length=24)),
                ("claims", models.PositiveIntegerField(null=True)),
                ("saves", models.PositiveIntegerField(null=True)),
                ("since", models.DateTimeField()),
                ("over_at", models.DateTimeField(null=True)),
                ("told", models.JSONField(default=list)),
                ("told_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("fault", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(
                        fields=("event", "subject"),
                        condition=models.Q(over_at=None),
                        name="one_alert_a_trouble",
                    ),
                ),
            },
        ),
    ]
