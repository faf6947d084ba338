from django.db import migrations, models

from marketplace.places import services as places


def put_on_map(apps, schema_editor):
    """As saving them again would; the text stays as it is."""
    Profile = apps.get_model('marketplace', 'Profile')
    found = []
    for profile in Profile.objects.exclude(place='').only('place').iterator():
        if place := places.resolve(profile.place):
            profile.place_id, profile.latitude, profile.longitude = place.id, place.latitude, place.longitude
            found.append(profile)
    Profile.objects.bulk_update(found, ['place_id', 'latitude', 'longitude'], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0010_category_tree'),
    ]

    operations = [
        migrations.AddField(
            model_name='profile',
            name='latitude',
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='profile',
            name='longitude',
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='profile',
            name='place_id',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='profile',
            index=models.Index(condition=models.Q(('latitude__isnull', False)), fields=['latitude', 'longitude'], name='profile_where'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True), ('place_id__isnull', True)), models.Q(('latitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__isnull', False), ('longitude__range', (-180, 180)), ('place_id__isnull', False)), _connector='OR'), name='profile_place_is_whole'),
        ),
        migrations.RunPython(put_on_map, migrations.RunPython.noop, elidable=True),
    ]
