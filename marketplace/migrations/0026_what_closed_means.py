from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0025_free_is_the_lowest_rate'),
    ]

    operations = [
        migrations.AlterField(
            model_name='category',
            name='kind',
            field=models.CharField(choices=[('paid', 'paid'), ('free_only', 'free only'), ('closed', 'closed')], default='paid', help_text='Free only: nothing new is sold in it. Closed: nobody is found, called or published in it, nor in what is part of it.', max_length=9, verbose_name='kind'),
        ),
    ]
