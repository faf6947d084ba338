import pytest

from marketplace.experts.folding import fold


class FoldTests:
    @pytest.mark.parametrize(
        ("typed", "folded"),
        [
            ("Élodie", "elodie"),
            ("  ÉCOLE   d'été ", "ecole d ete"),
            ("Œuvre, cœur", "oeuvre coeur"),
            ("Straße", "strasse"),
            ("ﬁnance", "finance"),
            ("%_\\\x00'; --", ""),
            ("Łódź Ørsted", "lodz orsted"),
            ("Αθήνα", "αθηνα"),
        ],
    )
    def test_leaves_bare_words(self, typed, folded):
        assert fold(typed) == folded
