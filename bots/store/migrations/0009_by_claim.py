"""What is asked for each claim has an index: the changes and the proposals of a claim."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A minute where there are millions of rows."""

    dependencies = [
        ('store', '0008_work_items'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='changerow',
            index=models.Index(fields=['number'], name='change_of_claim'),
        ),
        migrations.AddIndex(
            model_name='changerow',
            index=models.Index(fields=['intent'], name='change_of_intent'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['portal', 'number'], name='proposal_of_claim'),
        ),
    ]
