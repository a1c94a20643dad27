"""An exception that is of one save says of which: no other that is looked up closes it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for those of before."""

    dependencies = [
        ('store', '0010_acted'),
    ]

    operations = [
        migrations.AddField(
            model_name='exceptionrow',
            name='intent',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
    ]
