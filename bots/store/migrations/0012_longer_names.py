"""Room for a log-in that is named by its path in a vault, and for each time of a schedule."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Wider columns alone: in PostgreSQL no row is written anew."""

    dependencies = [
        ('store', '0011_exception_of_a_save'),
    ]

    operations = [
        migrations.AlterField(
            model_name='run',
            name='account',
            field=models.CharField(blank=True, default='', max_length=250),
        ),
        migrations.AlterField(
            model_name='run',
            name='scheduled',
            field=models.CharField(blank=True, db_index=True, default='', max_length=81),
        ),
        migrations.AlterField(
            model_name='refusal',
            name='account',
            field=models.CharField(max_length=250, primary_key=True, serialize=False),
        ),
    ]
