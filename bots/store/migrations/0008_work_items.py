"""A Control Room's work items: which run each has, and how it was given back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty at first."""

    dependencies = [
        ('store', '0007_many_workers'),
    ]

    operations = [
        migrations.CreateModel(
            name='RoomItem',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('job', models.CharField(db_index=True, max_length=64)),
                ('run', models.CharField(blank=True, default='', max_length=24)),
                ('outputs', models.JSONField(default=list)),
                ('release', models.JSONField(default=dict)),
                ('begun_at', models.DateTimeField()),
            ],
        ),
    ]
