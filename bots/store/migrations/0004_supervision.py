"""Supervision: causes, owners and decisions of exceptions; what binds an approval; reverts."""

import django.db.models.deletion
from django.db import migrations, models


def text(length, **more):
    return models.CharField(blank=True, default="", max_length=length, **more)


class Migration(migrations.Migration):
    """Empty for the rows before: their cause is read from their message."""

    dependencies = [("store", "0003_schedules")]

    operations = [
        migrations.AlterField(
            "exceptionrow", "state",
            models.CharField(db_index=True, default="open", max_length=16),
        ),
        migrations.AlterField(
            "exceptionrow", "number",
            models.CharField(blank=True, db_index=True, max_length=80),
        ),
        migrations.AddField("exceptionrow", "check_id", text(60)),
        migrations.AddField("exceptionrow", "cause", text(500)),
        migrations.AddField("exceptionrow", "since", models.DateTimeField(null=True)),
        migrations.AddField(
            "exceptionrow", "proposal",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.proposal"
            ),
        ),
        migrations.AddField(
            "exceptionrow", "follows",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.exceptionrow"
            ),
        ),
        migrations.AddField("exceptionrow", "assigned_to", text(80)),
        migrations.AddField("exceptionrow", "assigned_by", text(80)),
        migrations.AddField("exceptionrow", "assigned_at", models.DateTimeField(null=True)),
        migrations.AddField("exceptionrow", "decided_by", text(80)),
        migrations.AddField("exceptionrow", "decided_at", models.DateTimeField(null=True)),
        migrations.AddField("exceptionrow", "decision_reason", text(300)),
        migrations.AddField("exceptionrow", "resolved_as", text(12)),
        migrations.AddField("exceptionrow", "closed_in", text(24)),
        migrations.AddField("proposal", "content", models.JSONField(default=dict)),
        migrations.AddField("proposal", "bound_at", models.DateTimeField(null=True)),
        migrations.AddField("proposal", "first_by", text(80)),
        migrations.AddField("proposal", "first_at", models.DateTimeField(null=True)),
        migrations.AddField("proposal", "first_reason", text(300)),
        migrations.AddField("proposal", "proposed_by", text(80)),
        migrations.AddField("proposal", "reverts", text(64)),
    ]
