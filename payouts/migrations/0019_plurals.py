from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0018_papers_of_top_ups'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='entry',
            options={'verbose_name_plural': 'entries'},
        ),
    ]
