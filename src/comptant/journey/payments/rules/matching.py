"""Which invoices a bank line pays: proposals with their confidence and their reasons. Pure.

The signals are those of law-and-formats 14.6, in its order: a structured reference, a number in the text, the sum of
several invoices of a party, an account known to be a party's, a payer's name. What each is worth, alone or together,
is the table of docs/matching.md; nothing here depends on chance, on the clock or on the order of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import combinations, islice
from uuid import UUID

from rapidfuzz import fuzz

from comptant.ground.money.amounts import Money, times
from comptant.journey.payments.rules.ledger import (
    RUN,
    Ledger,
    Limits,
    Line,
    OpenInvoice,
    is_reference,
    joined,
)
from comptant.journey.payments.rules.names import known_name
from comptant.journey.payments.rules.statements import ZERO, plain

MOST = 5
"""Proposals of one line."""
MOST_SUMMED, MOST_TOGETHER, MOST_TRIED = 24, 12, 4_000
"""Bounds of the search for sums: invoices of a party looked at, taken together, combinations tried."""
MOST_LIKENED = 200
"""Beyond so many invoices of one amount, only a name that is the same to the letter counts."""
SHORTEST_NAME = 5
"""Letters of a name from which finding it within a wording means something."""
CLOSE = 88
"""Likeness of two names, of 100, from which they may be one."""

WORTH = {
    "reference": Decimal("0.95"),
    "number": Decimal("0.93"),
    "digits": Decimal("0.80"),
    "iban": Decimal("0.70"),
    "name": Decimal("0.55"),
    "nothing": Decimal("0.20"),
}
"""What the strongest sign of who pays is worth before the amounts are looked at."""

FITS = {
    "exact": Decimal("0.90"),
    "sum": Decimal("0.85"),
    "discount": Decimal("0.60"),
    "fee": Decimal("0.50"),
    "cents": Decimal("0.60"),
    "part": Decimal("0.00"),
    "more": Decimal("0.00"),
}
"""Which share of the doubt left an amount takes away, by how it fits."""
BESIDE = Decimal("0.50")
"""Which share of the doubt left another sign for the same party takes away."""
MOST_SURE = Decimal("0.999")

SURE_SIGNS = frozenset({"reference", "number"})
SURE_FITS = frozenset({"exact", "sum"})
"""Only with one of these signs and one of these fits may a proposal post by itself."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``invoices`` with what each receives, gross, fee included; ``discount`` is what they are let off in all.

    What the line has beyond them would be held for ``party``. ``why`` are stable words, the strongest first.
    """

    party: UUID
    invoices: tuple[tuple[UUID, Decimal], ...]
    numbers: tuple[str, ...]
    fee: Decimal
    discount: Decimal
    discounts: tuple[Decimal, ...]
    confidence: Decimal
    why: tuple[str, ...]
    is_sure: bool = False

    @property
    def allocated(self) -> Decimal:
        """What the invoices receive."""
        return sum((part for _, part in self.invoices), ZERO)


LONG_NUMBER = 6
"""Digits from which a number of digits alone is not taken for a year, a day or an amount."""


def proposals(line: Line, known: Ledger, limits: Limits) -> list[Proposal]:
    """What the line may pay, the surest first, at most five; never more than the line brings or is open.

    Equal confidences are told in the order of due dates, and then none is sure.
    """
    signs, named = _signs(line, known)
    found: dict[frozenset[UUID], Proposal] = {}
    for one in _candidates(line, known, limits, signs, named):
        key = frozenset(invoice for invoice, _ in one.invoices)
        if key not in found or one.confidence > found[key].confidence:
            found[key] = one
    ordered = sorted(found.values(), key=lambda one: (-one.confidence, len(one.invoices), one.numbers))[:MOST]
    return _judged(ordered, limits)


def _judged(ordered: Sequence[Proposal], limits: Limits) -> list[Proposal]:
    """The first is sure when its signs allow it, it is above the threshold and nothing comes as close."""
    if not ordered:
        return []
    first, *others = ordered
    is_alone = all(one.confidence < first.confidence for one in others)
    is_sure = first.is_sure and is_alone and first.confidence >= limits.threshold
    return [replace(first, is_sure=is_sure), *(replace(one, is_sure=False) for one in others)]


def _signs(line: Line, known: Ledger) -> tuple[dict[UUID, list[str]], dict[UUID, tuple[str, list[OpenInvoice]]]]:
    """By party its signs, the strongest first; by party the invoices the line names, and the sign that does."""
    named: dict[UUID, tuple[str, list[OpenInvoice]]] = {}
    for sign, invoice in _named(line, known):
        held = named.setdefault(invoice.party, (sign, []))
        if invoice not in held[1] and (held[0] == sign or sign != "digits"):
            held[1].append(invoice)
    signs: dict[UUID, list[str]] = {party: [sign] for party, (sign, _) in named.items()}
    payers = known.ibans.get(line.iban, {}) if line.iban else {}
    if len(payers) == 1:
        signs.setdefault(next(iter(payers)), []).append("iban")
    for party in _namesakes(line, known, set(signs)):
        signs.setdefault(party, []).append("name")
    return signs, named


def _named(line: Line, known: Ledger) -> Iterator[tuple[str, OpenInvoice]]:
    """(sign, invoice) for each number the line says, the strongest signs first."""
    words = plain(f"{line.label} {line.end_to_end} {line.reference}").split()
    for said in _references(line, words):
        yield from (("reference", one) for one in _current(known.by_word.get(said), line))
    for size in (4, 3, 2, 1):
        for start in range(len(words) - size + 1):
            said = "".join(words[start : start + size])
            if said in known.by_word:
                sign = "digits" if said.isdigit() and len(said) < LONG_NUMBER else "number"
                yield from ((sign, one) for one in _current(known.by_word[said], line))
    for word in words:
        for run in RUN.findall(word):
            if len(run) >= 4 and run in known.by_digits:
                yield from (("digits", one) for one in _current(known.by_digits[run], line))


def _references(line: Line, words: Sequence[str]) -> Iterator[str]:
    """The numbers that references name: structured ones whose digits check, wherever they stand, and a file's own."""
    if line.said_number:
        yield joined(line.said_number)
    for start, word in enumerate(words):
        if word.startswith("RF"):
            for end in range(start + 1, min(start + 8, len(words)) + 1):
                said = "".join(words[start:end])
                if is_reference(said):
                    yield said[4:]


def _current(invoices: Mapping[UUID, OpenInvoice] | None, line: Line, most: int | None = None) -> list[OpenInvoice]:
    """Those in the line's currency, the first to fall due first."""
    fitting = (one for one in (invoices or {}).values() if one.currency == line.currency)
    return list(islice(fitting, most))


def _namesakes(line: Line, known: Ledger, others: set[UUID]) -> list[UUID]:
    """The parties whose name is close to the payer's: of those already met, and of those owing this very amount."""
    said = known_name(line.payer) or known_name(line.label)
    if not said:
        return []
    same = known.by_amount.get((line.currency, line.amount), {})
    owing = others | set(known.namesakes.get(said, ()))
    if len(same) <= MOST_LIKENED:
        owing |= {one.party for one in same.values()}
    if line.payer:
        scores = {party: fuzz.token_sort_ratio(said, known.names.get(party, "")) for party in owing}
    else:
        # A bank that names no payer often writes its name within the label.
        scores = {
            party: fuzz.partial_ratio(name, said)
            for party in owing
            if SHORTEST_NAME <= len(name := known.names.get(party, "")) <= len(said)
        }
        scores |= dict.fromkeys(_written_out(said, known), 100)
    best = max(scores.values(), default=0)
    return sorted(party for party, score in scores.items() if score >= CLOSE and score == best)


def _written_out(said: str, known: Ledger) -> Iterator[UUID]:
    """The parties whose whole name is in a wording, its words in any order."""
    words = set(said.split())
    for word in words:
        for party in known.by_long_word.get(word, ()):
            name = known.names[party]
            if len(name) >= SHORTEST_NAME and words.issuperset(name.split()):
                yield party


def _candidates(
    line: Line,
    known: Ledger,
    limits: Limits,
    signs: Mapping[UUID, Sequence[str]],
    named: Mapping[UUID, tuple[str, Sequence[OpenInvoice]]],
) -> Iterator[Proposal]:
    for party, said in signs.items():
        sign, invoices = named.get(party, ("", ()))
        rest = [other for other in said if other != sign]
        if invoices:
            yield from _of_named(line, party, invoices, sign, rest, limits)
        if not invoices or sign == "digits":
            weaker = [other for other in said if other in ("iban", "name")]
            if weaker:
                yield from _of_party(line, party, known, weaker, limits)
    if not signs:
        alone = known.by_amount.get((line.currency, line.amount), {})
        for invoice in islice(alone.values(), MOST):
            worth = WORTH["nothing"] / len(alone)
            yield _proposal(line, invoice.party, [(invoice, invoice.open)], worth, ("exact amount",), False)


def _of_named(
    line: Line, party: UUID, invoices: Sequence[OpenInvoice], sign: str, others: Sequence[str], limits: Limits
) -> Iterator[Proposal]:
    """What the line names: all of it together, each alone, and what a part or a surplus would be."""
    worth = _with_others(WORTH[sign], others)
    words = (WORDS[sign], *(WORDS[other] for other in others))
    is_sure = sign in SURE_SIGNS
    groups = [list(invoices)] if len(invoices) > 1 else []
    for group in [*groups, *([one] for one in invoices)]:
        fitted = list(_fitting(line, group, limits))
        for fit, parts, fee, off in fitted:
            confidence = _surer(worth, FITS[fit])
            sure = is_sure and fit in SURE_FITS
            yield _proposal(line, party, parts, confidence, (*words, WORDS[fit]), sure, fee, off)
        if not fitted and sign != "digits":
            yield _partly(line, party, group, worth, words)


def _of_party(line: Line, party: UUID, known: Ledger, signs: Sequence[str], limits: Limits) -> Iterator[Proposal]:
    """Who pays is likely known, what is not: one invoice of that amount, or several that make it."""
    owed = _current(known.by_party.get(party), line, MOST_SUMMED)
    worth = _with_others(WORTH[signs[0]], signs[1:])
    words = tuple(WORDS[sign] for sign in signs)
    fits = [(one, fitted) for one in owed for fitted in _fitting(line, [one], limits)]
    equals = sum(fit == "exact" for _, (fit, _, _, _) in fits)
    for _, (fit, parts, fee, off) in fits:
        confidence = _surer(worth, FITS[fit])
        if fit == "exact" and equals > 1:
            confidence /= equals
        yield _proposal(line, party, parts, confidence, (*words, WORDS[fit]), False, fee, off)
    if not equals:
        sums = list(_sums(line.amount, owed))
        for group in sums:
            confidence = _surer(worth, FITS["sum"]) / len(sums)
            yield _proposal(line, party, [(one, one.open) for one in group], confidence, (*words, WORDS["sum"]), False)
    if not fits and owed:
        yield _partly(line, party, owed[:1], worth / 2, words)


Fit = tuple[str, list[tuple[OpenInvoice, Decimal]], Decimal, list[Decimal]]
"""How the amount fits, what each invoice receives, the fee, what each is let off."""


def _fitting(line: Line, group: Sequence[OpenInvoice], limits: Limits) -> Iterator[Fit]:
    """How what came can be what a group owes: to the cent, with a discount, a fee, or a rounding."""
    owed = sum((one.open for one in group), ZERO)
    whole = [(one, one.open) for one in group]
    nothing = [ZERO] * len(group)
    missing = owed - line.amount
    if not missing:
        yield ("exact" if len(group) == 1 else "sum"), whole, ZERO, nothing
        return
    off = [_discount(one, line, limits) for one in group]
    if missing == sum(off, ZERO) and all(off):
        yield "discount", [(one, one.open - part) for one, part in zip(group, off, strict=True)], ZERO, off
    elif ZERO < missing <= limits.cents:
        yield "cents", whole, missing, nothing
    elif ZERO < missing <= limits.fee and (missing == line.fee or missing * 20 <= owed):
        yield "fee", whole, missing, nothing


def _discount(invoice: OpenInvoice, line: Line, limits: Limits) -> Decimal:
    """What the invoice may be let off if it is paid that day; nothing of one already paid in part."""
    if not limits.discount_rate or invoice.open != invoice.total:
        return ZERO
    if line.on > invoice.issued_on + timedelta(days=limits.discount_days):
        return ZERO
    return times(Money(invoice.total, invoice.currency), limits.discount_rate / 100).amount


def _partly(line: Line, party: UUID, group: Sequence[OpenInvoice], worth: Decimal, words: Sequence[str]) -> Proposal:
    """What came fills the invoices in the order of due dates; what they cannot take is held."""
    left, parts = line.amount, []
    for one in group:
        part = min(left, one.open)
        if part:
            parts.append((one, part))
            left -= part
    fit = "more" if left else "part"
    return _proposal(line, party, parts, worth, (*words, WORDS[fit]), False)


def _sums(amount: Decimal, owed: Sequence[OpenInvoice]) -> Iterator[list[OpenInvoice]]:
    """The groups of two or more invoices that add up to the amount: all of them first, then the smallest groups.

    Bounded: combinations in the order of due dates, until so many were tried.
    """
    if len(owed) > 1 and sum((one.open for one in owed), ZERO) == amount:
        yield list(owed)
        return
    small = [one for one in owed if one.open < amount]
    tried = found = 0
    for size in range(2, min(len(small), MOST_TOGETHER) + 1):
        for group in combinations(small, size):
            tried += 1
            if tried > MOST_TRIED or found >= MOST:
                return
            if sum((one.open for one in group), ZERO) == amount:
                found += 1
                yield list(group)


def _with_others(worth: Decimal, others: Sequence[str]) -> Decimal:
    for _ in others:
        worth = _surer(worth, BESIDE)
    return worth


def _surer(worth: Decimal, share: Decimal) -> Decimal:
    """The confidence once a share of the doubt left is gone."""
    return worth + (1 - worth) * share


def _proposal(
    line: Line,
    party: UUID,
    parts: Sequence[tuple[OpenInvoice, Decimal]],
    confidence: Decimal,
    why: Sequence[str],
    is_sure: bool,
    fee: Decimal = ZERO,
    off: Sequence[Decimal] = (),
) -> Proposal:
    given = [(one.id, part) for one, part in parts]
    let_off = tuple(off) or (ZERO,) * len(parts)
    rounded = min(confidence, MOST_SURE).quantize(Decimal("0.001"))
    numbers = tuple(one.number for one, _ in parts)
    return Proposal(party, tuple(given), numbers, fee, sum(let_off, ZERO), let_off, rounded, tuple(why), is_sure)


WORDS = {
    "reference": "structured reference",
    "number": "number in label",
    "digits": "digits of number in label",
    "iban": "account known",
    "name": "payer's name",
    "exact": "exact amount",
    "sum": "sum of invoices",
    "discount": "early-payment discount",
    "fee": "bank fee",
    "cents": "rounding",
    "part": "part payment",
    "more": "more than open",
}
"""The reasons as ``why`` tells them: stable words, translated by the faces."""
