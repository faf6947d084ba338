"""Claims: a payer contests a charge until its release date; the expert gives back or answers, else staff decide. Refunds too."""
