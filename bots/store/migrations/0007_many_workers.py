"""What many workers share: who has which log and log-in, the big switch, refused log-ins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for the runs before."""

    dependencies = [
        ('store', '0006_workers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('account', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Stop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(blank=True, max_length=80)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='run',
            name='account',
            field=models.CharField(blank=True, default='', max_length=60),
        ),
        migrations.AddField(
            model_name='run',
            name='log',
            field=models.CharField(blank=True, default='', max_length=100),
        ),
        migrations.AddField(
            model_name='worker',
            name='log',
            field=models.CharField(blank=True, default='', max_length=100),
        ),
        migrations.AddField(
            model_name='worker',
            name='only',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
    ]
