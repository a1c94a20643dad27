"""The likely denial of a finding."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for what was found before."""

    dependencies = [("store", "0001_first")]

    operations = [
        migrations.AddField(
            model_name="findingrow",
            name="denial",
            field=models.CharField(blank=True, max_length=24, default=""),
            preserve_default=False,
        ),
    ]
