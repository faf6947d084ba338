from django.conf import settings
from django.db import models


class Message(models.Model):
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_sent")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_received")
    text = models.TextField(max_length=2000)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["recipient", "-sent_at"], name="message_of_recipient")]


class ChatLine(models.Model):
    """What one of the two wrote in a call, until either deletes the chat for both."""

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="chat", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chat_lines")
    text = models.TextField(max_length=2000)
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["call", "id"], name="chat_line_of_call")]
