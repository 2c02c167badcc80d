"""The names of the doctor's checks, for people; programs read them as they are."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Promise] = {
    "the database keeps the schema rules": _("the database keeps the schema rules"),
    "the tables are those of this version": _("the tables are those of this version"),
    "the configuration is sound": _("the configuration is sound"),
    "balances equal the fold of the postings": _("balances equal the fold of the postings"),
    "the balances of a deal sum to zero": _("the balances of a deal sum to zero"),
    "acts are numbered without a gap": _("acts are numbered without a gap"),
    "an act's day is its instant's in the firm's zone": _("an act's day is its instant's in the firm's zone"),
    "postings go with their act": _("postings go with their act"),
    "a correction reverses what it corrects": _("a correction reverses what it corrects"),
    "no balance was below zero at any instant": _("no balance was below zero at any instant"),
    "every act waits to be sealed": _("every act waits to be sealed"),
    "acts are recorded when the database says": _("acts are recorded when the database says"),
    "rollups equal the fold of the postings": _("rollups equal the fold of the postings"),
    "deals are counted where they stand": _("deals are counted where they stand"),
    "the journal holds what its facts tell": _("the journal holds what its facts tell"),
    "deals stand where the journal says": _("deals stand where the journal says"),
    "milestones add up to their agreement": _("milestones add up to their agreement"),
    "each agreement is told by one act": _("each agreement is told by one act"),
    "milestones are told by one act once they are reached": _("milestones are told by one act once they are reached"),
    "accepted offers are signed, to the byte and to the cent": _(
        "accepted offers are signed, to the byte and to the cent"
    ),
    "offers that were sent have their document, and end once": _(
        "offers that were sent have their document, and end once"
    ),
    "invoices are open for what stands in the journal": _("invoices are open for what stands in the journal"),
    "invoices fall due the day after their last day": _("invoices fall due the day after their last day"),
    "invoices are settled on the day they were paid": _("invoices are settled on the day they were paid"),
    "every cent of a document stands somewhere": _("every cent of a document stands somewhere"),
    "every document of the journal is an invoice of its deal": _(
        "every document of the journal is an invoice of its deal"
    ),
    "each invoice and credit note is told by one act": _("each invoice and credit note is told by one act"),
    "invoices claim what the journal was told": _("invoices claim what the journal was told"),
    "the numbers of a series have no gap": _("the numbers of a series have no gap"),
    "a series goes forward in time": _("a series goes forward in time"),
    "documents issued here say what they claim": _("documents issued here say what they claim"),
    "the journal sealed the documents issued here": _("the journal sealed the documents issued here"),
    "a draft becomes one invoice of its deal": _("a draft becomes one invoice of its deal"),
    "the contents of documents are what was sealed": _("the contents of documents are what was sealed"),
    "kept documents are what their fingerprint says": _("kept documents are what their fingerprint says"),
    "letters say how far they came": _("letters say how far they came"),
    "the documents of a letter are all there": _("the documents of a letter are all there"),
    "letters leave, or say why they wait": _("letters leave, or say why they wait"),
    "payments are in the journal to the cent": _("payments are in the journal to the cent"),
    "what bounced or was given back is in the journal": _("what bounced or was given back is in the journal"),
    "invoices received what was allocated to them": _("invoices received what was allocated to them"),
    "matched lines are payments of their amount": _("matched lines are payments of their amount"),
    "accounts are their party's": _("accounts are their party's"),
    "disputes are open for what stands in the journal": _("disputes are open for what stands in the journal"),
    "each dispute is told by one act": _("each dispute is told by one act"),
    "what is given up stands in the journal": _("what is given up stands in the journal"),
    "an insolvent debtor owes nothing but doubtful from before the judgment": _(
        "an insolvent debtor owes nothing but doubtful from before the judgment"
    ),
    "an insolvent debtor is not reminded": _("an insolvent debtor is not reminded"),
    "each reminder that went is told by an act of its deal": _("each reminder that went is told by an act of its deal"),
    "the clock has not run ahead of today": _("the clock has not run ahead of today"),
    "lines set aside say when, and no others do": _("lines set aside say when, and no others do"),
}


def in_words(name: str) -> str:
    """A check's name in the language of the terminal; a firm's ref before it stays as it is."""
    ref, colon, known = name.rpartition(": ")
    return ref + colon + str(NAMES.get(known, known))
