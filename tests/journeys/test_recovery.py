"""Two machines on a network of their own: the cable is pulled, and put back, also into another socket."""

import sys

import pytest

from tests.harness.networks import two_machines
from tests.journeys.afar import back_after

pytestmark = pytest.mark.prove


class MachineTests:
    def test_new_ones_of_the_same_names_stand_where_the_last_were(self):
        for _ in range(10):
            with two_machines() as (hers, his):
                assert hers.name != his.name


HERS, HIS = 0, 1


class CutTests:
    """The goals are medians of ten (`make bench ONLY=recovery`); these bounds hold each time, on a busy machine too."""

    @pytest.mark.parametrize(
        ("whose", "cut_s", "address", "within_s"),
        [(HERS, 3, "", 3), (HERS, 20, "", 6), (HERS, 4, "10.88.0.11", 15), (HIS, 4, "10.88.0.12", 15)],
    )
    def test_they_hear_each_other_again(self, machines, talking_from_afar, whose, cut_s, address, within_s):
        took = back_after(machines[whose], talking_from_afar, cut_s, address)
        who = talking_from_afar[whose].name
        sys.stdout.write(f"{who}: {cut_s} s cut{', another address' if address else ''}: back after {took:.2f} s\n")
        assert took < within_s
        for person in talking_from_afar:
            person.is_connected()
            person.hears()
