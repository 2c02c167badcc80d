"""Registration numbers and codes, checked by what they say of themselves; no register is asked.

Source: INSEE (SIREN, SIRET, La Poste's exception), ISO 13616 (IBAN), Canada Revenue Agency (BN), ISO 3166-1.
"""

from __future__ import annotations

import re

from comptant.doors.imports.refusals import BadValueError

_COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
    MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_COUNTRIES.split())
LA_POSTE = "356000000"
_EMAIL = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+\.[^@\s<>\"(),:;.]+")


def _bare(raw: str) -> str:
    """Without the spaces, points and dashes people part numbers with."""
    return re.sub(r"[\s.\-]", "", raw)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others.

    >>> luhn("732829320"), luhn("732829321")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def country(raw: str) -> str:
    """The two letters of a country, capitals."""
    code = raw.upper()
    if code not in COUNTRIES:
        raise BadValueError("country")
    return code


def siren(raw: str) -> str:
    """Nine digits, the last one checking the others."""
    digits = _bare(raw)
    if not re.fullmatch(r"[0-9]{9}", digits) or not luhn(digits):
        raise BadValueError("siren")
    return digits


def siret(raw: str) -> str:
    """Fourteen digits: a SIREN and an establishment; those of La Poste check by the sum of their digits."""
    digits = _bare(raw)
    if not re.fullmatch(r"[0-9]{14}", digits):
        raise BadValueError("siret")
    is_la_poste = digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0
    if not luhn(digits) and not is_la_poste:
        raise BadValueError("siret")
    return digits


def vat_number(raw: str) -> str:
    """Country letters and two to twelve signs. Only the key of a French number is checked."""
    code = _bare(raw).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z+*]{2,13}", code):
        raise BadValueError("vat_number")
    if re.fullmatch(r"FR[0-9]{11}", code) and int(code[2:4]) != (12 + 3 * (int(code[4:]) % 97)) % 97:
        raise BadValueError("vat_number")
    return code


def bn(raw: str) -> str:
    """A Canadian business number: nine digits that check, perhaps an account such as RT0001."""
    code = _bare(raw).upper()
    if not re.fullmatch(r"[0-9]{9}(?:[A-Z]{2}[0-9]{4})?", code) or not luhn(code[:9]):
        raise BadValueError("bn")
    return code


def iban(raw: str) -> str:
    """An IBAN without its spaces, its two check digits right."""
    code = _bare(raw).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", code):
        raise BadValueError("iban")
    if int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 != 1:
        raise BadValueError("iban")
    return code


def email(raw: str) -> str:
    """One address, as it is written; only its shape is looked at."""
    if not raw.isprintable() or not _EMAIL.fullmatch(raw):
        raise BadValueError("email")
    return raw
