"""The one place where a refusal becomes a sentence: for a page, an answer, a refused row or an exit code.

The codes of the ground and of the journey are here; a door that refuses in its own words, such as imports, makes
them known with ``know``. A code without a sentence is told by its code, never hidden. docs/refusals.md lists all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentences = Mapping[str, str | Promise]
Facts = Mapping[str, Any]
InWords = Callable[[str, Facts], Facts]
"""Of a code and its facts: the facts as the sentence needs them."""

SENTENCES: Sentences = {
    # Firms.
    "firm_ref_taken": _("A firm here is already called “{ref}”. Choose another short name."),
    "unknown_field": _("The firm has no “{field}” to set."),
    "bad_identifier": _("“{value}” cannot be the firm’s {field}: a digit or a letter is wrong."),
    # Who signs in.
    "wrong_code": _("This code is wrong, too old, or was used already. Take the next one."),
    "second_step_on": _("The second step is on already."),
    "passkey_refused": _("This passkey was not accepted. Try again, or sign in with your password."),
    "too_many_passkeys": _("{most} passkeys are enough. Remove one that you no longer use."),
    "sealed_elsewhere": _(
        "This was sealed with another secret key than this installation’s. Put the former COMPTANT_SECRET_KEY back."
    ),
    # Settings.
    "policy_out_of_order": _(
        "A harder reminder comes later than a softer one: {after} days do not come after {before}."
    ),
    "bad_tolerance": _("A confidence lies between 50 and 100 %, and no limit is below zero."),
    # The journal.
    "no_such_deal": _("This deal does not exist, or belongs to another firm."),
    "not_enough_there": _("The amount is not where this act takes it from. Nothing was recorded."),
    # The pipeline.
    "not_open": _("This deal is closed. Reactivate it first, then record what happened."),
    "not_closed": _("This deal is still open: there is nothing to reactivate."),
    "already_opened": _("This deal was already opened."),
    "not_opened": _("Nothing can happen on a deal before it is opened. Check the date."),
    "already_won": _("This deal is already signed."),
    "unknown_stage": _("No stage is called “{stage}” in this firm."),
    "bad_amount": _("“{amount}” is no amount: write it with two decimals at most, not negative, such as 1234.50."),
    "bad_day": _("“{day}” is no day: write it as 2026-01-31."),
    "wake_not_after": _("The wake-up date must come after the day the deal is put on hold."),
    "already_extended": _("A deal on hold may be extended once, and this one was."),
    "not_waiting": _("This deal is not on hold: there is nothing to wake."),
    "meeting_before_acceptance": _("The meeting must be on the day it was accepted or later."),
    "decision_moved_too_often": _("A decision date may be agreed twice. This would be the third."),
    # Prospects.
    "unknown_light": _("A light is green, amber or red, not “{light}”."),
    "reason_needed": _("Say why: a reason is needed."),
    "owner_only": _("Only an owner of the firm may decide this."),
    "red_party": _(
        "“{party}” is marked red: {reason} Ask for a deposit at signature, or let an owner say why you go on."
    ),
    "over_limit": _(
        "With {gross} more, “{party}” would owe beyond its credit limit of {limit}; {total} stand there already."
        " Ask for a deposit at signature, or let an owner say why you go on."
    ),
    # Offers.
    "offer_without_lines": _("An offer needs one line at least."),
    "line_without_title": _("Line {line} has no title: say what the client gets."),
    "line_amount": _("Line {line}: the quantity must be above zero and the price not negative."),
    "line_rate": _("Line {line}: discount and tax are percentages from 0 to 100."),
    "schedule_part": _("Each part of the schedule needs a share above zero and what makes it payable."),
    "schedule_undated": _("A part of the schedule payable on a date needs that date."),
    "schedule_not_whole": _("The parts of the schedule must add up to 100 %."),
    "unknown_manner": _("An offer is presented in person, by video, by phone or sent, not “{how}”."),
    "decision_date_needed": _("Agree on a decision date after today first: the client says yes or no by then."),
    "email_needed": _("No e-mail address is known for “{party}”. Say where the offer goes."),
    "offer_is_sent": _("Offer {number}, version {version}, was sent and stays as it is. Revise it for a next version."),
    "offer_not_sent": _("Offer {number} was not sent yet: there is nothing to answer."),
    "offer_ended": _("Offer {number} has ended and can no longer be answered."),
    "offer_expired": _("Offer {number} could be answered until {day}."),
    "offer_not_expired": _("Offer {number} has not expired: there is nothing to reopen."),
    "already_answered": _("Offer {number} was already answered."),
    "code_needed": _("Ask for a code first: it is sent by e-mail."),
    "code_wrong": _("This is not the code that was sent. Tries left: {left}."),
    "code_expired": _("This code is too old. Ask for a new one."),
    "code_too_many": _("Too many wrong codes. Ask for a new one."),
    "code_too_soon": _("A code was sent a moment ago. Wait a minute before asking for another."),
    "signer_needed": _("Your name and your function are needed to sign."),
    "consent_needed": _("Tick that you may commit the company and that you accept the offer."),
    "cannot_sign_here": _("This offer cannot be signed here today. Please write to {firm}: they will settle it."),
    "unknown_option": _("This option is not part of the offer."),
    "unknown_reason": _("“{why}” is no reason we know."),
    "already_agreed": _("This deal already has an agreement. What is asked for beside it is an extra request."),
    "agreement_other_amount": _("This deal was signed at {signed} net, and the agreement says {net}."),
    "extra_needs_agreement": _("An extra request needs a signed deal: first comes the agreement."),
    "proof_needed": _("File the proof: the scanned signature or the purchase order."),
    "unknown_proof": _("“{proof}” proves nothing here: scanned, purchase_order or imported."),
    "milestone_reached": _("“{title}” was already reached on {day}."),
    "agreement_ended": _("This agreement was ended on {day}."),
    # Invoices.
    "already_invoiced": _("Invoice {number} was already issued."),
    "not_invoiced": _("Invoice {number} was not issued yet on that day. Check the dates."),
    "disputed_more_than_open": _("The part disputed is {left} more than what was open that day."),
    "credited_more_than_invoiced": _("The credit note is {left} more than what is left of the invoice."),
    "delivered_more_than_signed": _("What is delivered comes to {net}, and {signed} was signed and left to deliver."),
    "paid_more_than_open": _(
        "This is {left} more than what was left to pay of invoice {number}. Keep the rest as a credit of the client."
    ),
    "discounted_more_than_open": _("The discount is {left} more than what was left to pay of invoice {number}."),
    "bounced_more_than_paid": _("The bank took back {left} more than what was received for invoice {number}."),
    "held_less": _("You ask for {amount}, and {held} is held for this client."),
    "not_disputed": _("Nothing of invoice {number} was disputed by then. Check the dates."),
    "written_off_more_than_open": _("This is {left} more than what was left to pay of invoice {number}."),
    "already_issued": _("This was already issued: invoice {number}."),
    "no_such_draft": _("This draft does not exist any more."),
    "not_drafted_alone": _(
        "Only an invoice or a deposit is drafted; “{kind}” is made from what it completes or corrects."
    ),
    "invoice_without_lines": _("An invoice needs one line at least."),
    "unknown_regime": _("Line {line}: this is no reason we know for bearing no VAT."),
    "mentions_missing": _("The law wants more on this document before it is issued: {missing}."),
    "issued_before_last": _(
        "The last document of this series was issued on {last}; the next one cannot be dated {day}."
    ),
    "due_before_issue": _("An invoice issued on {issued_on} cannot be due on {due_on}, before it."),
    "nothing_to_claim": _("Nothing is left to invoice here."),
    "number_taken": _(
        "Number {number} is already taken by an invoice issued elsewhere. Give this series another prefix."
    ),
    "bad_prefix": _("“{prefix}” cannot begin a number: at most 20 letters, digits and + - _ /."),
    "more_than_agreed": _("{net} net is more than what is left to invoice of the agreement: {left}."),
    "deposit_amount": _(
        "A deposit is a share of the agreement above 0 and up to 100 %, or an amount up to {agreed} net."
    ),
    "not_credited": _("{number} is a credit note, and a credit note is not credited. Issue an invoice instead."),
    # Payments and the bank.
    "statement_unknown": _(
        "This is no bank statement known here ({found}). Give a camt.053, a camt.054 or a CSV file."
    ),
    "statement_broken": _("Line {line} of the statement cannot be read: {reason}."),
    "statement_entities": _("The statement declares XML entities and is refused. Ask the bank for it again."),
    "statement_value": _("Line {line} of the statement, {field}: “{found}”; expected {expected}."),
    "statement_day": _("Line {line} of the statement is of {day}: a bank books from {first} to {last}."),
    "statement_balances": _(
        "Statement {statement}: {opening} and movements of {moved} make {expected}, but it closes at"
        " {found}. Nothing was kept."
    ),
    "statement_chain": _(
        "Line {line} of the statement: the balance says {found}; expected {expected} after the line before."
    ),
    "statement_encoding": _("The statement is in no encoding known here ({encoding}). Save it as CSV (UTF-8)."),
    "statement_currency": _("The account {account} is in {expected}, and the statement in {found}."),
    "statement_of_other_account": _("The statement is of the account {account}, not of {expected}."),
    "statement_too_large": _("The statement weighs more than {limit} MB. Ask the bank for a shorter period."),
    "layout_needed": _(
        "The columns of this file are not recognised: {found}. Name day, label and amount in a mapping."
    ),
    "layout_unknown": _("“{name}” is nothing a bank mapping says. Known: {known}."),
    "layout_column_absent": _("The mapping takes {ours} from “{column}”, which the file does not have: {found}."),
    "account_needed": _("The file does not name its account, and there are several: {known}. Name one with --account."),
    "allocated_more_than_received": _("You give {allocated} to invoices, and {amount} was received."),
    "payment_in_future": _("{day} has not come yet: a payment is recorded once it was received."),
    "other_currency": _("Invoice {number} is in {currency}: a payment in another currency cannot settle it."),
    "credit_note_not_paid": _("{number} is a credit note: nothing is to be paid on it."),
    "line_already_matched": _("Someone matched this line meanwhile ({day}, {amount})."),
    "line_set_aside": _(
        "Someone set this line aside meanwhile ({day}, {amount}): it is no client’s. Put it back first."
    ),
    "line_not_matched": _("This line is not matched ({day}, {amount}): there is nothing to undo."),
    "payment_used": _("Money of this line was given back or bounced since ({day}, {amount}): it cannot be undone."),
    "bounced_more_than_received": _("The bank takes back {amount}, and {left} is left of this payment."),
    "no_such_invoice_number": _("No invoice here has the number {number}."),
    "no_such_line": _("No bank line is called “{line}”, or it is another firm’s."),
    "payment_ref_taken": _("A payment here is already called “{ref}”. Nothing was recorded twice."),
    "fee_too_large": _("A fee of {fee} on a line of {amount} cannot be."),
    "payer_needed": _("Say who paid: the line of {day} for {amount} names no invoice."),
    "line_went_out": _("The line of {day} for {amount} went out: it pays no invoice."),
    "issued_elsewhere": _("Invoice {number} was issued elsewhere: its document is not here."),
    # Recovery.
    "unknown_cause": _("“{cause}” is no cause of a dispute here. Choose one of the list."),
    "answered_before_opened": _("A dispute opened on {opened_on} cannot be answered by {answer_by}, before it."),
    "unknown_outcome": _("A dispute ends upheld or founded, not “{outcome}”."),
    "already_settled": _("This dispute was settled on {day} ({outcome}) {who}."),
    "nothing_open": _("Nothing is left to pay of invoice {number}."),
    "promise_in_the_past": _("A promise names today or a later day, not {day}."),
    "promise_too_far": _("A promise names a day within {days} days. For later, agree on it by telephone."),
    "paid_in_the_future": _("{day} has not come yet: say when you pay instead."),
    "published_before_judged": _("The notice cannot be published ({published_on}) before the judgment ({judged_on})."),
    "insolvency_known": _("The judgment of {day} against {party} is known already."),
    "name_needed": _("Say who you are: a name is needed."),
    "invoice_needed": _("Choose an invoice of the list."),
    "nothing_given_up": _("Nothing of invoice {number} was given up."),
    "rate_unknown": _("The late-payment rate of {day} is not known yet: interest is to be completed, never guessed."),
    "nothing_agreed": _(
        "Deal “{deal}” has no agreement to invoice. Say --net and --title, or record the agreement first."
    ),
    "no_such_milestone": _("The agreement has no milestone {n}: it has {known}."),
    # Documents and mail.
    "document_too_large": _("“{name}” is larger than {limit} MB, the most a document may weigh."),
    "bad_address": _("“{address}” is no e-mail address: write it as name@firm.example."),
    # The API, tokens, people who join.
    "nothing_here": _("This does not exist, or belongs to another firm."),
    "token_missing": _("Send a token: “Authorization: Bearer cpt_…”. “comptant token create” makes one."),
    "token_unknown": _("This token opens nothing: it is unknown, expired or revoked."),
    "scope_missing": _("This token lacks the scope “{scope}”."),
    "role_missing": _("The role “{role}” in this firm does not allow it. An owner can change it."),
    "unreadable": _("The request cannot be read. Nothing was recorded."),
    "body_too_large": _("The body is too large: up to {limit} MB can be read here."),
    "wrong_fields": _("Some fields are not as they should be: {fields}. Nothing was recorded."),
    "method_not_allowed": _("This address exists, but not for this method."),
    "too_many_requests": _("Too many requests. Wait {seconds} seconds, then try again."),
    "our_fault": _(
        "This one is our fault. Nothing was recorded by half; the details are in the log, reference {reference}."
    ),
    "bad_cursor": _("This cursor is not of this list. Begin again without one."),
    "bad_idempotency_key": _("An idempotency key has 1 to {longest} printable ASCII characters."),
    "idempotency_mismatch": _("The key “{key}” came before with another request. Use a new key for a new request."),
    "nothing_to_undo": _("This was taken back already, or is not for taking back."),
    "ahead_of_today": _("{day} has not come yet: what happened cannot be dated ahead."),
    "one_party_needed": _("Name one party: one that is there, or a new one."),
    "deal_or_party_needed": _("Name a deal, or a party without a sale before it; not both."),
    "invoices_or_shares": _("Say which invoices the line pays, or how much goes to each; not both."),
    "deal_ref_taken": _("A deal here is already called “{ref}”. Choose another reference."),
    "party_ref_taken": _("A party here is already called “{ref}”. Choose another reference."),
    "period_upside_down": _("The period ends on {until}, before it begins on {since}."),
    "unknown_scope": _("There is no scope “{scope}”. There are: {known}."),
    "expires_in_the_past": _("A token must expire later than now."),
    "already_member": _("{email} signs in to this firm already."),
    "invitation_over": _("This invitation is over: it was accepted, withdrawn or has expired. Ask for another."),
    "last_owner": _("{name} is the only owner of the firm. Make someone else an owner first."),
    # Files.
    "no_firm_yet": _("There is no firm here yet. The first import creates one; “comptant demo” shows an example."),
    "lines_refused": _("Some lines were refused meanwhile. Nothing was saved: look at them again."),
    "too_large": _("This file weighs {size} MB; up to {limit} MB can be read here."),
}

_known: dict[str, tuple[str | Promise, InWords]] = {}


def know(sentences: Sentences, in_words: InWords = lambda code, facts: facts) -> None:
    """Learn a door's own codes; called once, when its module of sentences is imported."""
    _known.update({code: (text, in_words) for code, text in sentences.items()})


def known_codes() -> frozenset[str]:
    """Every code that has a sentence."""
    return frozenset(SENTENCES) | frozenset(_known)


def sentence(code: str, facts: Facts) -> str:
    """What to tell the person, with the named facts in it, in the language of the moment."""
    if code not in SENTENCES and code not in _known:
        return str(_("This is not possible ({code}).")).format(code=code)
    text, in_words = _known[code] if code in _known else (SENTENCES[code], lambda code, facts: facts)
    return fill(text, in_words(code, facts))


def fill(text: str | Promise, facts: Facts) -> str:
    """The sentence with its fields; as it stands when a fact is missing: half a sentence is better than none."""
    try:
        return str(text).format_map(facts)
    except (KeyError, ValueError, IndexError):
        return str(text)
