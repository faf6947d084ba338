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


class CutTests:
    @pytest.mark.parametrize(("cut_s", "address"), [(3, ""), (20, ""), (4, "10.88.0.11")])
    def test_they_hear_each_other_again(self, machines, talking_from_afar, cut_s, address):
        took = back_after(machines[0], talking_from_afar, cut_s, address)
        sys.stdout.write(f"{cut_s} s cut{', another address' if address else ''}: back after {took:.2f} s\n")
        for person in talking_from_afar:
            person.is_connected()
            person.hears()
