from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_identity_freezing_and_erasure'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='language',
            field=models.CharField(blank=True, help_text='Of pages and messages; empty: never chosen.', max_length=12),
        ),
    ]
