import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('language', models.CharField(default='en', max_length=8)),
                ('time_zone', models.CharField(default='UTC', max_length=64)),
                ('is_staff', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once')],
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=60)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='presence', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('state', models.CharField(choices=[('free', 'free now'), ('busy', 'busy'), ('away', 'away')], db_index=True, default='away', max_length=4)),
                ('chosen_away', models.BooleanField(default=False)),
                ('in_call', models.BooleanField(default=False)),
                ('missed_rings', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.UUIDField(db_index=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connections', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'process'), name='connection_once_per_process')],
            },
        ),
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('headline', models.CharField(max_length=120, verbose_name='headline')),
                ('bio', models.TextField(max_length=4000, verbose_name='about you')),
                ('languages', models.JSONField(default=list, verbose_name='languages')),
                ('skills', models.JSONField(default=list, verbose_name='skills')),
                ('place', models.CharField(blank=True, max_length=80, verbose_name='place')),
                ('photo', models.CharField(blank=True, max_length=120)),
                ('search_text', models.TextField(default='', editable=False)),
                ('published_at', models.DateTimeField(blank=True, db_index=True, null=True)),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profiles', to='marketplace.category')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='profile', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('per_minute', 'per minute'), ('act_of_time', 'act of time'), ('act_of_work', 'act of work')], max_length=12)),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('currency', models.CharField(max_length=3)),
                ('rate_minor', models.PositiveIntegerField(blank=True, null=True)),
                ('price_minor', models.PositiveIntegerField(blank=True, null=True)),
                ('length_minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('description', models.TextField(blank=True)),
                ('delivery_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('free_minutes', models.PositiveSmallIntegerField(default=0)),
                ('active', models.BooleanField(default=True)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='listings', to='marketplace.profile')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'per_minute'), ('length_minutes__isnull', True), ('price_minor__isnull', True), ('rate_minor__gt', 0)), models.Q(('kind', 'act_of_time'), ('length_minutes__gt', 0), ('price_minor__gt', 0), ('rate_minor__isnull', True)), models.Q(('delivery_days__gt', 0), ('kind', 'act_of_work'), ('length_minutes__isnull', True), ('price_minor__gt', 0), ('rate_minor__isnull', True)), _connector='OR'), name='listing_has_its_price'), models.UniqueConstraint(condition=models.Q(('active', True), ('kind', 'per_minute')), fields=('profile',), name='listing_one_rate')],
            },
        ),
    ]
