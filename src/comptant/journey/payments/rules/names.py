"""A name as it is known: without accents, case, legal form, or what banks write before it."""

from __future__ import annotations

from functools import lru_cache

from comptant.journey.payments.rules.statements import plain

_FORMS = """
SARL SAS SASU SA SCI SNC SCP SELARL EURL EI EIRL SCOP GIE ASSOCIATION INC LTEE LTD LLC LLP GMBH AG BV NV SRL SPA CORP
CIE CO SENC SEP COMPANY LIMITED INCORPOREE LIMITEE STE SOCIETE ETS ETABLISSEMENTS M MME MR MRS MLLE
"""
FORMS = frozenset(_FORMS.split())
"""Legal forms and civilities: two names that differ by them alone are one."""
_BANKING = """
VIR VIREMENT SEPA RECU INST INSTANTANE DE FROM REF MOTIF TRANSFER PAYMENT PAIEMENT REGLEMENT CREDIT
"""
BANKING = frozenset(_BANKING.split())


@lru_cache(maxsize=65_536)
def known_name(name: str) -> str:
    """The words of a name, in order.

    >>> known_name("VIR SEPA Éts. Boréal inc."), known_name("S.A.R.L. Mercure")
    ('BOREAL', 'MERCURE')
    """
    words = plain(name).split()
    joined: list[str] = []
    for word in words:  # S A R L is one word that was cut
        if len(word) == 1 and joined and len(joined[-1]) < 5 and joined[-1] in _STARTS:
            joined[-1] += word
        else:
            joined.append(word)
    return " ".join(word for word in joined if word not in FORMS and word not in BANKING)


_STARTS = frozenset(form[:size] for form in FORMS for size in range(1, len(form)))
