"""Chain the acts there are, add what a full act says, and let the database itself refuse every change."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from consent.ledger.triggers import RefuseChanges


def chain_what_is_there(apps, schema_editor):
    from consent.ledger import anchors
    from consent.ledger.chain import seal

    Event = apps.get_model("consent_ledger", "ConsentEvent")
    last = {}
    with schema_editor.connection.cursor() as cursor:
        for event in list(Event._base_manager.order_by("sequence")):
            before = last.get(event.subject)
            event.position = before.position + 1 if before else 1
            event.previous = before.seal if before else ""
            event.seal = seal(event)
            cursor.execute(
                f'UPDATE "{Event._meta.db_table}" SET position = %s, previous = %s, seal = %s WHERE sequence = %s',  # nosec B608
                [event.position, event.previous, event.seal, event.sequence],
            )
            last[event.subject] = event
    for subject, event in last.items():
        anchors.set_anchor(subject, event.position, event.seal)


class Migration(migrations.Migration):

    dependencies = [
        ('consent_ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(max_length=80)),
                ('locale', models.CharField(max_length=12)),
                ('version', models.CharField(max_length=20)),
                ('content', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('material', models.BooleanField(help_text='Changes what is allowed: people who said yes are asked again.')),
                ('drafted_by', models.UUIDField(help_text='Who wrote it, as an opaque id.')),
                ('drafted_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['scope', 'locale', 'published_at'],
            },
        ),
        migrations.CreateModel(
            name='TemplateApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approved_by', models.UUIDField(help_text='Who approved it, as an opaque id.')),
                ('content_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='consentevent',
            name='auth_level',
            field=models.CharField(blank=True, help_text='How surely the signer was known.', max_length=20),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='capacity_basis',
            field=models.CharField(blank=True, help_text='What the capacity rests on.', max_length=120),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='capacity_until',
            field=models.DateTimeField(blank=True, help_text='When the capacity ends.', null=True),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='comprehension',
            field=models.JSONField(blank=True, default=dict, help_text='Questions, attempts, passed.'),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='corrects',
            field=models.UUIDField(blank=True, help_text='The act that was entered in error, or has lapsed.', null=True),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='list_version',
            field=models.CharField(blank=True, help_text='Version of the list the scope refers to.', max_length=20),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='position',
            field=models.PositiveIntegerField(default=1, help_text="1 for a person's first act, then 2, 3, …"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='consentevent',
            name='previous',
            field=models.CharField(blank=True, help_text="Seal of the person's act before this one.", max_length=64),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='reach',
            field=models.CharField(blank=True, choices=[('no_contact', 'Do not contact me'), ('no_access', 'Collect nothing more'), ('no_use', 'Use nothing any more'), ('erase', 'Erase what can be erased')], help_text='How far a withdrawal goes.', max_length=12),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='seal',
            field=models.CharField(default='', help_text='Keyed hash over this act and the seal before it.', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='consentevent',
            name='witness',
            field=models.UUIDField(blank=True, help_text='A counsellor who was there; never decides.', null=True),
        ),
        migrations.AlterField(
            model_name='consentevent',
            name='capacity',
            field=models.CharField(choices=[('self', 'For themselves'), ('parent', 'Parent'), ('guardian', 'Legal guardian'), ('attorney', 'Holds a power of attorney')], default='self', max_length=20),
        ),
        migrations.AlterField(
            model_name='consentevent',
            name='decision',
            field=models.CharField(choices=[('shown', 'Text shown'), ('unclear', 'Not understood yet: a counsellor helps'), ('counselled', 'A counsellor has talked it through'), ('permit', 'Permitted'), ('deny', 'Refused'), ('withdraw', 'Withdrawn'), ('lapsed', 'The signer may no longer decide'), ('in_error', 'Another act was entered in error')], max_length=12),
        ),
        migrations.AlterField(
            model_name='consentevent',
            name='scope',
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name='consentevent',
            name='template',
            field=models.CharField(help_text='Code of the text that was shown.', max_length=80),
        ),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='consentevent',
            constraint=models.UniqueConstraint(fields=('subject', 'position'), name='one_act_per_position'),
        ),
        migrations.AddConstraint(
            model_name='consenttemplate',
            constraint=models.UniqueConstraint(fields=('scope', 'locale', 'version'), name='one_text_per_version'),
        ),
        migrations.AddField(
            model_name='templateapproval',
            name='template',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='consent_ledger.consenttemplate'),
        ),
        migrations.AddConstraint(
            model_name='templateapproval',
            constraint=models.UniqueConstraint(fields=('template', 'approved_by'), name='one_approval_per_person'),
        ),
        RefuseChanges("ConsentEvent"),
        RefuseChanges("TemplateApproval"),
        # A draft may be rewritten; a published text may not.
        RefuseChanges("ConsentTemplate", when="OLD.published_at IS NOT NULL"),
    ]
