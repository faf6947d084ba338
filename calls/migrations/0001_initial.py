import calls.rooms.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FreeTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('window_started_at', models.DateTimeField()),
                ('used_ms', models.PositiveIntegerField()),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('payer', 'expert'), name='free_time_one_per_pair')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000)),
                ('sent_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages_received', to=settings.AUTH_USER_MODEL)),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages_sent', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['recipient', '-sent_at'], name='message_of_recipient')],
            },
        ),
        migrations.CreateModel(
            name='Process',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=120)),
                ('started_at', models.DateTimeField()),
                ('beat_at', models.DateTimeField(db_index=True)),
                ('dead_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=calls.rooms.models.new_code, max_length=24, unique=True)),
                ('created_at', models.DateTimeField()),
                ('caller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms_called_from', to=settings.AUTH_USER_MODEL)),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms_answered_in', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('caller', 'expert'), name='room_one_per_pair'), models.CheckConstraint(condition=models.Q(('caller', models.F('expert')), _negated=True), name='room_needs_two_people')],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('ringing', 'Ringing'), ('answered', 'Answered'), ('live', 'Live'), ('ended', 'Ended'), ('declined', 'Declined'), ('missed', 'Missed'), ('cancelled', 'Cancelled')], default='ringing', max_length=9)),
                ('line', models.CharField(blank=True, max_length=200)),
                ('rang_at', models.DateTimeField()),
                ('ring_until', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=20)),
                ('deadline_at', models.DateTimeField(null=True)),
                ('caller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls_made', to=settings.AUTH_USER_MODEL)),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls_received', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='calls.room')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('deadline_at__isnull', False)), fields=['deadline_at'], name='call_deadline'), models.Index(fields=['caller', '-rang_at'], name='call_of_caller'), models.Index(fields=['expert', '-rang_at'], name='call_of_expert')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['ringing', 'answered', 'live'])), fields=('room',), name='call_one_open_per_room')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.UUIDField(db_index=True)),
                ('tab', models.UUIDField()),
                ('page', models.CharField(blank=True, max_length=64)),
                ('taken_at', models.DateTimeField()),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='calls.room')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('room', 'user'), name='seat_one_per_member')],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('per_minute', 'Per Minute'), ('act_of_time', 'Act Of Time'), ('act_of_work', 'Act Of Work'), ('stored_time', 'Stored Time')], max_length=12)),
                ('listing', models.PositiveBigIntegerField()),
                ('label', models.CharField(max_length=80)),
                ('currency', models.CharField(max_length=3)),
                ('commission_percent', models.PositiveSmallIntegerField()),
                ('rate_minor', models.PositiveIntegerField(null=True)),
                ('price_minor', models.PositiveIntegerField(null=True)),
                ('list_minor', models.PositiveIntegerField(null=True)),
                ('length_ms', models.PositiveIntegerField(null=True)),
                ('free_ms', models.PositiveIntegerField(default=0)),
                ('description', models.TextField(blank=True)),
                ('delivery_days', models.PositiveSmallIntegerField(null=True)),
                ('by_payer', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired')], default='open', max_length=9)),
                ('estimate_low_minutes', models.PositiveSmallIntegerField(null=True)),
                ('estimate_high_minutes', models.PositiveSmallIntegerField(null=True)),
                ('terms_text', models.TextField()),
                ('sent_at', models.DateTimeField()),
                ('adding_credit_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('deadline_at', models.DateTimeField(null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='calls.call')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers_made', to=settings.AUTH_USER_MODEL)),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers_received', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('deadline_at__isnull', False)), fields=['deadline_at'], name='offer_deadline')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('call',), name='offer_one_open_per_call'), models.CheckConstraint(condition=models.Q(('payer', models.F('expert')), _negated=True), name='offer_nobody_pays_themself')],
            },
        ),
        migrations.CreateModel(
            name='WorkOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listing', models.PositiveBigIntegerField()),
                ('label', models.CharField(max_length=80)),
                ('description', models.TextField()),
                ('currency', models.CharField(max_length=3)),
                ('price_minor', models.PositiveIntegerField()),
                ('commission_percent', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('ordered', 'Ordered'), ('delivered', 'Delivered'), ('contested', 'Contested'), ('paid', 'Paid'), ('freed', 'Freed')], default='ordered', max_length=9)),
                ('outcome', models.CharField(blank=True, choices=[('confirmed', 'Confirmed'), ('time', 'Time'), ('cancelled', 'Cancelled'), ('late', 'Late'), ('decided', 'Decided')], max_length=9)),
                ('ordered_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('delivered_at', models.DateTimeField(null=True)),
                ('note', models.TextField(blank=True)),
                ('objection', models.TextField(blank=True)),
                ('verdict', models.TextField(blank=True)),
                ('paid_minor', models.PositiveIntegerField(default=0)),
                ('closed_at', models.DateTimeField(null=True)),
                ('deadline_at', models.DateTimeField(null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='calls.call')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='works_owed', to=settings.AUTH_USER_MODEL)),
                ('offer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='order', to='calls.offer')),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='works_ordered', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('deadline_at__isnull', False)), fields=['deadline_at'], name='order_deadline')],
                'constraints': [models.CheckConstraint(condition=models.Q(('payer', models.F('expert')), _negated=True), name='order_nobody_pays_themself'), models.CheckConstraint(condition=models.Q(('paid_minor__lte', models.F('price_minor'))), name='order_paid_at_most_its_price'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('deadline_at__isnull', True), ('state__in', ['paid', 'freed'])), models.Q(('closed_at__isnull', True), ('deadline_at__isnull', False), ('state__in', ['ordered', 'delivered'])), models.Q(('closed_at__isnull', True), ('deadline_at__isnull', True), ('state', 'contested')), _connector='OR'), name='order_open_with_a_deadline')],
            },
        ),
        migrations.CreateModel(
            name='PaidPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('per_minute', 'Per Minute'), ('act_of_time', 'Act Of Time'), ('act_of_work', 'Act Of Work'), ('stored_time', 'Stored Time')], max_length=12)),
                ('listing', models.PositiveBigIntegerField()),
                ('label', models.CharField(max_length=80)),
                ('currency', models.CharField(max_length=3)),
                ('commission_percent', models.PositiveSmallIntegerField()),
                ('rate_minor', models.PositiveIntegerField(null=True)),
                ('price_minor', models.PositiveIntegerField(null=True)),
                ('list_minor', models.PositiveIntegerField(null=True)),
                ('length_ms', models.PositiveIntegerField(null=True)),
                ('free_ms', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('countdown', 'Countdown'), ('running', 'Running'), ('paused', 'Paused'), ('stopped', 'Stopped'), ('ended', 'Ended')], default='countdown', max_length=9)),
                ('cap_minor', models.PositiveIntegerField()),
                ('accepted_at', models.DateTimeField()),
                ('counts_from', models.DateTimeField()),
                ('deadline_at', models.DateTimeField(null=True)),
                ('captured_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=20)),
                ('billable_ms', models.PositiveIntegerField(default=0)),
                ('amount_minor', models.PositiveIntegerField(default=0)),
                ('given_back_minor', models.PositiveIntegerField(default=0)),
                ('commission_minor', models.PositiveIntegerField(default=0)),
                ('release_at', models.DateTimeField(null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='calls.call')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods_earned', to=settings.AUTH_USER_MODEL)),
                ('offer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='period', to='calls.offer')),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods_paid', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('deadline_at__isnull', False)), fields=['deadline_at'], name='period_deadline')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'ended'), _negated=True), fields=('payer',), name='period_one_per_payer'), models.UniqueConstraint(condition=models.Q(('state', 'ended'), _negated=True), fields=('expert',), name='period_one_per_expert'), models.CheckConstraint(condition=models.Q(('payer', models.F('expert')), _negated=True), name='period_nobody_pays_themself'), models.CheckConstraint(condition=models.Q(('given_back_minor__lte', models.F('amount_minor'))), name='period_gives_back_at_most_its_price')],
            },
        ),
        migrations.CreateModel(
            name='CapRaise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_minor', models.PositiveIntegerField()),
                ('raised_at', models.DateTimeField()),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='raises', to='calls.paidperiod')),
            ],
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('payer', 'Payer'), ('expert', 'Expert')], max_length=6)),
                ('process', models.UUIDField(db_index=True)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hearings', to='calls.paidperiod')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('period', 'side'), name='hearing_one_open_per_side'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='hearing_runs_forward')],
            },
        ),
        migrations.CreateModel(
            name='Stop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('countdown', 'Countdown'), ('pause', 'Pause'), ('loss', 'Loss'), ('server', 'Server')], max_length=9)),
                ('side', models.CharField(blank=True, choices=[('payer', 'Payer'), ('expert', 'Expert')], max_length=6)),
                ('ready_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stops', to='calls.paidperiod')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('period',), name='stop_one_open'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='stop_runs_forward')],
            },
        ),
        migrations.CreateModel(
            name='StoredTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('price_minor', models.PositiveIntegerField(default=0)),
                ('length_ms', models.PositiveIntegerField(default=0)),
                ('returned_minor', models.PositiveIntegerField(default=0)),
                ('stored_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_owed', to=settings.AUTH_USER_MODEL)),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_stored', to=settings.AUTH_USER_MODEL)),
                ('period', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stored_time', to='calls.paidperiod')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('price_minor__gt', 0)), fields=['expires_at'], name='stored_time_expiry'), models.Index(condition=models.Q(('price_minor__gt', 0)), fields=['payer', 'expert'], name='stored_time_of_pair')],
            },
        ),
        migrations.AddField(
            model_name='offer',
            name='stored',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.storedtime'),
        ),
        migrations.AddField(
            model_name='paidperiod',
            name='stored',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.storedtime'),
        ),
    ]
