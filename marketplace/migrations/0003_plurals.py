from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0002_session_stamp'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='category',
            options={'ordering': ['name'], 'verbose_name_plural': 'categories'},
        ),
    ]
