"""A run says until when a save of it may be on its way that its own log alone knows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for those of before."""

    dependencies = [
        ('store', '0013_schedule_line'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='lands_by',
            field=models.DateTimeField(db_index=True, null=True),
        ),
    ]
