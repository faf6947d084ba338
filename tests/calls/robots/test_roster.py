from calls.robots import roster

MIA = roster.Entry(email="mia@example.test", password="secret", name="Mia", offers="per_minute", hue=0.5, pitch=1.0)


class RosterTests:
    def test_what_is_kept_is_known_again(self, tmp_path):
        roster.keep(tmp_path / "var", {"mia": MIA})
        assert roster.known(tmp_path / "var") == {"mia": MIA}

    def test_passwords_can_be_read_by_their_owner_alone(self, tmp_path):
        (tmp_path / roster.FILE_NAME).touch(mode=0o644)
        roster.keep(tmp_path, {"mia": MIA})
        assert (tmp_path / roster.FILE_NAME).stat().st_mode & 0o777 == 0o600

    def test_without_a_demo_there_are_no_robots(self, tmp_path):
        assert roster.known(tmp_path) == {}
