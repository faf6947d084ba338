from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0002_claims_decide_orders'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='process',
            options={'verbose_name_plural': 'processes'},
        ),
    ]
