"""A payment recorded in full gives way to what is learnt later to have lessened its invoice before it came.

What the invoice cannot take at the payment's instant is held for the client, as if the credit note had been told first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import Bench, go_live
from comptant.ground.journal.acts import ZERO, Fact
from comptant.ground.journal.replay import Refused
from comptant.ground.journal.tally import Tally
from comptant.ground.journal.writing import NewAct
from comptant.journey.payments.accounts import account_deals
from comptant.journey.payments.models import Allocation, HeldUse
from comptant.journey.payments.queries import received_of
from comptant.journey.payments.rules.telling import Received
from comptant.journey.payments.telling import tell


def record_fitting(firm: Firm, facts: Mapping[UUID, Sequence[Fact]]) -> list[NewAct]:
    """Say facts as ``record`` does, whatever the payments on their deals were: those are lessened where they must."""
    go_live(firm, min(fact.at for said in facts.values() for fact in said))
    return tell_fitting(firm, also=facts, more=facts)


@transaction.atomic
def tell_fitting(
    firm: Firm,
    payments: Iterable[UUID] = (),
    uses: Sequence[HeldUse] = (),
    *,
    also: Iterable[UUID] = (),
    gone: Iterable[UUID] = (),
    more: Mapping[UUID, Sequence[Fact]] | None = None,
    kept: Collection[UUID] = (),
    bench: Bench | None = None,
    tally: Tally | None = None,
) -> list[NewAct]:
    """``tell``, with ``more`` facts, what invoices cannot take at the instant of a payment taken off its parts.

    The rows of payments and of uses of credit notes are lessened, but for those of ``kept`` payments; all their deals
    are told in one call. Raises Refused when a fact is impossible for another reason; then no row was changed.
    """
    told, deals, used = set(payments), set(also), {use.id: use for use in uses}
    while True:
        try:
            return tell(
                firm, sorted(told), list(used.values()), also=deals, gone=gone, more=more, bench=bench, tally=tally
            )  # fmt: skip
        except Refused as refused:
            if refused.code not in ("paid_more_than_open", "discounted_more_than_open"):
                raise
            kind, _, rest = refused.fact.key.partition(":")
            if kind == "pay" and UUID(rest[:32]) not in kept:
                deals |= _lessen(firm, refused)
                told.add(UUID(rest[:32]))
            elif kind == "use":
                use = _less_used(firm, UUID(rest[:32]), refused)
                used[use.id] = use
            else:
                raise


def _lessen(firm: Firm, refused: Refused) -> set[UUID]:
    """Take off the refused part of a payment what its invoice cannot take: it is held. The deals concerned."""
    rows = Allocation.objects.filter(firm=firm, id=UUID(refused.fact.key.rpartition(":")[2]))
    part = rows.select_related("invoice", "payment__party").get()
    if refused.code == "paid_more_than_open":
        # Its discount may have been routed before it: what is received comes first, the discount gives way.
        left = Decimal(refused.facts["left"])
        part.amount -= max(left - part.discount, ZERO)
        part.discount = max(part.discount - left, ZERO)
        part.discount_tax = min(part.discount_tax, part.discount)
    else:
        net, tax = Decimal(refused.facts["open_net"]), Decimal(refused.facts["open_tax"])
        part.discount = min(part.discount, net + tax)
        part.discount_tax = min(max(part.discount_tax, part.discount - net), tax)
    if part.amount > ZERO:
        part.save(update_fields=["amount", "discount", "discount_tax"])
    else:
        rows.delete()
    account = account_deals(firm, [part.payment])[part.payment.party_id, part.payment.currency]
    return {part.invoice.deal_id, account}


def _less_used(firm: Firm, known: UUID, refused: Refused) -> HeldUse:
    """The same for what was held since a credit note: it stays held there. Of nothing, the row goes too."""
    rows = HeldUse.objects.filter(firm=firm, id=known)
    use: HeldUse = rows.select_related("credited", "to_invoice").get()
    use.amount -= Decimal(refused.facts["left"])
    if use.amount > ZERO:
        use.save(update_fields=["amount"])
    else:
        rows.delete()
    return use


class Lessening:
    """What the room of invoices calls when it records a credit note; see ``invoices.paying``."""

    def deals(self, firm: Firm, document: UUID) -> set[UUID]:
        """Where the payments of an invoice stand: its deal, those of their other parts, their parties' accounts."""
        payments = set(Allocation.objects.filter(firm=firm, invoice_id=document).values_list("payment_id", flat=True))
        return {deal for one in received_of(firm, payments).values() for deal in _deals_of(one)}

    def record(self, firm: Firm, facts: Mapping[UUID, Sequence[Fact]]) -> None:
        """Say facts, payments giving way."""
        record_fitting(firm, facts)


def _deals_of(received: Received) -> set[UUID]:
    return {part.deal for part in received.parts} | ({received.account} if received.account else set())
