"""Triggers that see every stored write. A later migration that rebuilds a watched table
must put them there anew: SQLite drops a table's triggers with it.
"""

from django.db import migrations

from bots.practice.witness import unwatch, watch


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [
        migrations.RunPython(lambda apps, editor: watch(), lambda apps, editor: unwatch())
    ]
