"""Workers with their leases, and the claims that a run is to do."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for the runs before."""

    dependencies = [
        ('store', '0005_alerts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('generation', models.PositiveIntegerField()),
                ('host', models.CharField(max_length=120)),
                ('process', models.PositiveIntegerField()),
                ('since', models.DateTimeField()),
                ('renewed_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='WorkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=80)),
                ('status', models.CharField(blank=True, max_length=40)),
                ('proposal', models.CharField(blank=True, max_length=12)),
                ('state', models.CharField(default='due', max_length=8)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('taken_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='run',
            name='asked_for',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='run',
            name='attempt',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='exit',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='listed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='run',
            name='request',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='run',
            name='wanted',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
        migrations.AddField(
            model_name='run',
            name='worker',
            field=models.CharField(blank=True, default='', max_length=80),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'in progress')), models.Q(('asked_for', ''), _negated=True)), fields=('asked_for',), name='one_run_of_a_kind_at_a_time'),
        ),
        migrations.AddField(
            model_name='workitem',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='store.run'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['run', 'state', 'position'], name='store_worki_run_id_c8cdd5_idx'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.UniqueConstraint(fields=('run', 'number', 'proposal'), name='one_item_a_claim_and_run'),
        ),
    ]
