from django.db import migrations, models


def away_is_a_choice(apps, schema_editor):
    apps.get_model("marketplace", "Presence").objects.filter(chosen_away=True).update(chosen="away")


def a_choice_is_away(apps, schema_editor):
    """What was not there before is nearest to away: nobody rings."""
    apps.get_model("marketplace", "Presence").objects.exclude(chosen="free").update(chosen_away=True)


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0013_category_kinds_and_test_calls'),
    ]

    operations = [
        migrations.AddField(
            model_name='presence',
            name='chosen',
            field=models.CharField(choices=[('free', 'Available'), ('busy', 'Busy'), ('dnd', 'Do not disturb'), ('away', 'Away'), ('invisible', 'Invisible')], default='free', max_length=9),
        ),
        migrations.RunPython(away_is_a_choice, a_choice_is_away),
        migrations.RemoveField(model_name='presence', name='chosen_away'),
        migrations.RenameField(model_name='presence', old_name='away_until', new_name='chosen_until'),
    ]
