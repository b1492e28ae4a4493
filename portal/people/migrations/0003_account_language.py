from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_proxies_and_emergencies'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='language',
            field=models.CharField(blank=True, help_text='Of pages and messages; empty: never chosen.', max_length=12),
        ),
    ]
