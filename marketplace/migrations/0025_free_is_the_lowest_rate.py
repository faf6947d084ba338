from django.db import migrations


def free_is_the_lowest_rate(apps, schema_editor):
    """What search kept of them was as if they asked no rate."""
    for name in ("Entry", "Here"):
        model = apps.get_model("marketplace", name)
        model.objects.filter(category__kind="free_only").update(rate_minor=0)


def free_is_no_rate(apps, schema_editor):
    for name in ("Entry", "Here"):
        apps.get_model("marketplace", name).objects.filter(rate_minor=0).update(rate_minor=None)


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0024_what_sensitive_means'),
    ]

    operations = [
        migrations.RunPython(free_is_the_lowest_rate, free_is_no_rate),
    ]
