"""Whether a save went out, or may have: one that came to a conflict counts for the ceilings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Of a conflict of before nobody knows; of what was confirmed the outcome says it."""

    dependencies = [
        ('store', '0009_by_claim'),
    ]

    operations = [
        migrations.AddField(
            model_name='changerow',
            name='acted',
            field=models.BooleanField(default=False),
        ),
    ]
