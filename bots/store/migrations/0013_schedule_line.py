"""By what line the times of a schedule were found: where it is another one, it has no past."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Of a schedule of before nobody knows: it keeps its past, and its line from the next look on."""

    dependencies = [
        ('store', '0012_longer_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='schedulerow',
            name='line',
            field=models.TextField(null=True),
        ),
    ]
