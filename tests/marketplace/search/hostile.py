"""What is typed to see a search fail."""

from marketplace.search.reading import LETTERS_MAX

HOSTILE = (
    '"', '""', "-", "--", '-"', "*", "taxes*", "NEAR(a b)", "a AND b OR NOT c", "strong:taxes", "{strong}: a", "^a",
    "a:*A", "a <-> b", "!taxes", "(((", ")))", "'", "''", "\\", "\\'", "%", "_", "; DROP TABLE x;--", "' OR 1=1 --",
    "c++", "C#-.net -c++ \"f#", "« c# »", "“", "»a-b-c-d-e-f-g-h«", "-“a-b”", "wi-", "-wi-fi-",
    ".*", "(a+)+$", "\x00", "\ufffd", "💸💸", "👩‍👩‍👧", "a" * 10_000, "é" * 5_000, " ".join("abcdefghij" * 100),
    '"a ' * 200, "-a " * 200, "½", "ﷺ", "\u202e", "ab " * 3_400, "who -" * 2_000, "plumbr gardenr translatr tailr " * 320,
    '"' + "a " * (LETTERS_MAX // 2 - 1) + '"', '"' + "ﷺ" * (LETTERS_MAX - 2) + '"', "-" + "a-" * (LETTERS_MAX // 2),
)  # fmt: skip
# As a browser never writes them: half of a surrogate pair, bytes that are no UTF-8, half a letter, half an escape.
NO_TEXT = ("%ED%A0%80", "taxes+%ED%B0%80", "%FF%FE", "%C3", "%", "%u0061")
