"""Schedules: what became of each of their times, and which are paused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for the runs before."""

    dependencies = [("store", "0002_likely_denial")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="scheduled",
            field=models.CharField(blank=True, db_index=True, default="", max_length=80),
        ),
        migrations.CreateModel(
            name="ScheduleRow",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateTimeField(null=True)),
                ("paused_by", models.CharField(blank=True, max_length=80)),
                ("pause_reason", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="ScheduledTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schedule", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=20)),
                ("due", models.DateTimeField()),
                ("state", models.CharField(db_index=True, max_length=10)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(
                        fields=("schedule", "key"), name="one_decision_a_time"
                    ),
                ),
            },
        ),
    ]
