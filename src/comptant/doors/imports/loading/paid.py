"""Invoices and payments of files meet: whichever comes second gives the payments to the invoices they name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.refusals import RowError
from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import load_cases
from comptant.ground.journal.acts import Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.replay import Refused
from comptant.ground.journal.rooms import Case
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments.fitting import tell_fitting
from comptant.journey.payments.models import Allocation, BankLine, HeldUse, LineState, Payment
from comptant.journey.payments.sharing import share_out_again
from comptant.journey.payments.writing import write_payments

PAYMENT = "pay:"
"""How the key of every fact of a payment begins."""
USE = "use:"
"""How that of a use of what a credit note left begins."""


def paid_numbers(firm: Firm, numbers: Iterable[str]) -> frozenset[str]:
    """Those of the numbers that some payment is for, or waits for: payments tell better than ``settled_on``."""
    wanted = list(numbers)
    said = set(Payment.objects.filter(firm=firm, invoice_number__in=wanted).values_list("invoice_number", flat=True))
    waits = BankLine.objects.filter(firm=firm, said_number__in=wanted, state=LineState.OPEN)
    given = Allocation.objects.filter(firm=firm, invoice__number__in=wanted)
    said |= set(waits.values_list("said_number", flat=True))
    return frozenset(said | set(given.values_list("invoice__number", flat=True)))


def put_aside(holds: Sequence[Recorded]) -> frozenset[UUID]:
    """What a deal was told of payments: taken back while its invoices change, then told again."""
    return frozenset(act.id for act in holds if act.key.startswith((PAYMENT, USE)))


def payments_on(holds: Sequence[Recorded]) -> set[UUID]:
    """The payments that a deal was told of."""
    return {UUID(act.key[4:36]) for act in holds if act.key.startswith(PAYMENT)}


def uses_on(holds: Sequence[Recorded]) -> set[UUID]:
    """The uses of credit notes that a deal was told of."""
    return {UUID(act.key[4:36]) for act in holds if act.key.startswith(USE)}


def unsettle(loading: Loading, invoices: Sequence[Invoice]) -> None:
    """A file of invoices said these were settled; now payments say it better."""
    if not invoices:
        return
    keys = {f"invoice:{one.number}:settled" for one in invoices}
    found = []
    for case in load_cases(loading.firm, dict.fromkeys({one.deal_id for one in invoices}, ())):
        gone = frozenset(act.id for act in effective(case.recorded) if act.key in keys)
        if gone:
            found.append(Case(case.head, case.recorded, (), gone))
    if found:
        loading.settle(found)


def claim_lines(firm: Firm, invoices: Mapping[str, Invoice]) -> None:
    """Lines that named these invoices before anybody knew them become payments of their parties."""
    waiting = BankLine.objects.select_for_update().filter(
        firm=firm, said_number__in=list(invoices), state=LineState.OPEN
    )  # fmt: skip
    lines = [line for line in waiting.order_by("id") if invoices[line.said_number].currency == line.currency]
    payments = [_of_line(firm, line, invoices[line.said_number]) for line in lines]
    write_payments(payments)
    BankLine.objects.filter(firm=firm, id__in=[line.id for line in lines]).update(state=LineState.MATCHED)


def _of_line(firm: Firm, line: BankLine, invoice: Invoice) -> Payment:
    said = json.loads(line.raw)
    return Payment(
        firm=firm, ref=said["ref"], party_id=invoice.party_id, received_on=line.value_on, amount=line.amount,
        currency=line.currency, label=line.label, iban=line.iban, invoice_number=line.said_number, line=line,
        taken_at=firm.midnight(line.value_on), custom=said["custom"],
    )  # fmt: skip


def tell_payments(
    loading: Loading,
    numbers: Iterable[str],
    others: Sequence[UUID],
    lines: Mapping[UUID, int],
    accounts: Iterable[UUID] = (),
    uses: Iterable[UUID] = (),
) -> None:
    """Give the payments to the invoices of these numbers, and tell them with ``others``; refused rows by their line.

    A payment of this file that cannot be is refused and left out; one told before is lessened to what its invoice can
    take. ``uses`` are those of credit notes to tell again.
    """
    firm, also = loading.firm, set(accounts)
    gone: list[UUID] = []
    left = list(others)
    put_back = list(HeldUse.objects.filter(firm=firm, id__in=list(uses)).select_related("credited", "to_invoice"))
    while True:
        ids = share_out_again(firm, numbers, left)
        try:
            acts = tell_fitting(
                firm, ids, put_back, also=also, gone=gone, kept=lines, bench=loading.opened_bench(),
                tally=loading.outcome.tally,
            )  # fmt: skip
        except Refused as refused:
            payment = UUID(str(refused.fact.details.get("payment", UUID(int=0))))
            if payment not in lines:
                raise
            row = RowError(
                lines[payment], "amount", refused.fact.details.get("amount", ""), refused.code, refused.facts
            )
            loading.outcome.refuse(row)
            Allocation.objects.filter(firm=firm, payment_id=payment).delete()
            Payment.objects.filter(firm=firm, id=payment).delete()
            left = [one for one in left if one != payment]
            gone.append(payment)
        else:
            loading.outcome.counts["acts_written"] += len(acts)
            return
