import base64
import hashlib
import hmac
from datetime import timedelta

from calls.signalling import ice


class ServersTests:
    def test_none_are_set_none_are_told(self, settings, now):
        settings.TURN_URLS = []
        assert ice.servers(user_id=3, now=now) == []

    def test_turn_credentials_are_per_person_signed_and_short_lived(self, settings, now):
        settings.TURN_URLS, settings.TURN_SECRET, settings.TURN_TTL_S = ["turn:t.example.test"], "secret", 600
        (server,) = ice.servers(user_id=3, now=now)
        until = int((now + timedelta(seconds=600)).timestamp())
        assert server["username"] == f"{until}:3"
        signed = hmac.new(b"secret", server["username"].encode(), hashlib.sha1).digest()
        assert base64.b64decode(server["credential"]) == signed

    def test_stun_needs_no_credentials(self, settings, now):
        settings.TURN_URLS, settings.TURN_SECRET = ["stun:s.example.test", "turns:t.example.test"], "secret"
        stun, turn = ice.servers(user_id=3, now=now)
        assert stun == {"urls": ["stun:s.example.test"]}
        assert turn["urls"] == ["turns:t.example.test"]
