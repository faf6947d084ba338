from django.db import OperationalError, connection


class HealthTests:
    def test_healthz_asks_nobody(self, client):
        assert client.get("/healthz").content == b"ok\n"

    def test_readyz_asks_the_database(self, client, db):
        assert client.get("/readyz").status_code == 200

    def test_readyz_says_when_the_database_is_gone(self, client, db, monkeypatch):
        def gone():
            raise OperationalError("no connection")

        with monkeypatch.context() as patched:
            patched.setattr(connection, "cursor", gone)
            assert client.get("/readyz").status_code == 503
