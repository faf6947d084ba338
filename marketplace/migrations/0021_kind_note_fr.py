from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0020_fast_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='kind_note_fr',
            field=models.CharField(blank=True, max_length=300, verbose_name='note in French'),
        ),
        migrations.AlterField(
            model_name='category',
            name='kind_note',
            field=models.CharField(blank=True, help_text='Why it is so: experts read it where they choose.', max_length=300, verbose_name='note in English'),
        ),
    ]
