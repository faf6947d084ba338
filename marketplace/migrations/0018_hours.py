import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def when_they_are_back(apps, schema_editor):
    """Whoever said it turns at once: the worker then writes down when that is."""
    presences = apps.get_model("marketplace", "Presence").objects
    said = models.Q(is_quiet=True) | models.Q(chosen_until__isnull=False)
    presences.filter(said).update(turns_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ("marketplace", "0017_visibility"),
    ]

    operations = [
        migrations.CreateModel(
            name='WeeklyHours',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='weekly_hours', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('zone', models.CharField(max_length=64)),
                ('days', models.JSONField()),
            ],
            options={
                'verbose_name_plural': 'weekly hours',
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='next_free_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='presence',
            name='next_free_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('next_free_at__isnull', False)), fields=['next_free_at', '-quality', '-profile'], name='entry_soonest'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('next_free_at__isnull', False)), fields=['category', 'next_free_at', '-quality', '-profile'], name='entry_soonest_of_category'),
        ),
        migrations.RunPython(when_they_are_back, migrations.RunPython.noop),
    ]
