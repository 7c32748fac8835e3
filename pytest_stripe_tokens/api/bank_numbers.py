"""Stripe's published test bank accounts, and what the API makes of each.

Source: Stripe's testing pages and real test-mode answers: the form in which a routing number comes back, and the bank's
name, are the API's own. Where neither shows a value (`GB` 108800, `JP`, `BR`, `MX`) it follows its neighbours.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEST_BANK = "STRIPE TEST BANK"
# What a test-mode answer shows where no routing number was sent, as for an IBAN.
NO_ROUTING = "110000000"


# A named tuple, because a frozen dataclass costs the start of every test run a millisecond.
class BankNumber(NamedTuple):
    """One published test bank account.

    Args:
        name: its key in `TEST_BANK_ACCOUNTS`: a country, or a country and an effect, `"US_no_account"`.
        country: ISO 3166 alpha-2, upper case.
        currency: ISO 4217, lower case.
        routing_number: as it is sent; `None` for an IBAN and for other numbers that name the bank themselves.
        account_number: as it is sent.
        account_type: what must be sent with it, if anything.
        shown_routing_number: as the answer shows it.
        bank_name: as the answer shows it.
        effect: what happens once the account is used, `"no_account"`; `None` where it works.
    """

    name: str
    country: str
    currency: str
    routing_number: str | None
    account_number: str
    account_type: str | None = None
    shown_routing_number: str = NO_ROUTING
    bank_name: str = TEST_BANK
    effect: str | None = None

    @property
    def params(self) -> dict[str, str]:
        """What `create("bank_account", ...)` needs; no routing number where none is sent."""
        params = {"country": self.country, "currency": self.currency, "account_number": self.account_number}
        if self.routing_number is not None:
            params["routing_number"] = self.routing_number
        if self.account_type is not None:
            params["account_type"] = self.account_type
        return params


# country, currency, routing number as sent, account number
_ACCOUNTS = (
    ("AE", "aed", None, "AE070331234567890123456"),
    ("AG", "xcd", "AAAAAGAGXYZ", "000123456789"),
    ("AL", "all", "AAAAALTXXXX", "AL35202111090000000001234567"),
    ("AM", "amd", "AAAAAMNNXXX", "00001234567"),
    ("AO", "aoa", "AAAAAOAOXXX", "AO06004400006729503010102"),
    ("AR", "ars", None, "0110000600000000000000"),
    ("AU", "aud", "110000", "000123456"),
    ("AZ", "azn", "123456-123456", "AZ77ADJE12345678901234567890"),
    ("BA", "bam", "AAAABABAXXX", "BA095520001234567812"),
    ("BD", "bdt", "110000000", "0000123456789"),
    ("BH", "bhd", "AAAABHBMXYZ", "BH29BMAG1299123456BH00"),
    ("BJ", "xof", None, "BJ66BJ0610100100144390000769"),
    ("BN", "bnd", "AAAABNBBXXX", "0000123456789"),
    ("BR", "brl", "110-0000", "000123456789"),
    ("BS", "bsd", "AAAABSNSXXX", "0001234"),
    ("BT", "btn", "AAAABTBTXXX", "0000123456789"),
    ("BW", "bwp", "AAAABWBWXXX", "000123456789"),
    ("CA", "cad", "11000-000", "000123456789"),
    ("CH", "chf", None, "CH9300762011623852957"),
    ("CI", "xof", None, "CI93CI0080111301134291200589"),
    ("CL", "clp", "999", "000123456789"),
    ("CO", "cop", "060", "000123456789"),
    ("DO", "dop", "999", "000123456789"),
    ("DZ", "dzd", "AAAADZDZXXX", "00001234567890123456"),
    ("EC", "usd", "AAAAECE1XXX", "000123456789"),
    ("EG", "egp", "NBEGEGCX331", "EG800002000156789012345180002"),
    ("ET", "etb", "AAAAETETXXX", "0000000012345"),
    ("GA", "xaf", "AAAAGAGAXXX", "00001234567890123456789"),
    ("GB", "gbp", "108800", "00012345"),
    ("GH", "ghs", "022112", "000123456789"),
    ("GI", "gbp", None, "GI75NWBK000000007099453"),
    ("GT", "gtq", "AAAAGTGCXYZ", "GT20AGRO00000000001234567890"),
    ("GY", "gyd", "AAAAGYGGXYZ", "000123456789"),
    ("HK", "hkd", "110-000", "000123456"),
    ("ID", "idr", "000", "000123456789"),
    ("IL", "ils", None, "IL620108000000099999999"),
    ("IN", "inr", "HDFC0004051", "000123456789"),
    ("IS", "eur", None, "IS140159260076545510730339"),
    ("JM", "jmd", "111-00000", "000123456789"),
    ("JO", "jod", "AAAAJOJOXXX", "JO32ABCJ0010123456789012345678"),
    ("JP", "jpy", "1100000", "0001234"),
    ("KE", "kes", "BARCKENXMDR", "000123456789"),
    ("KH", "khr", "AAAAKHKHXXX", "000123456789"),
    ("KR", "krw", "SGSEKRSLXXX", "000123456789"),
    ("KW", "kwd", "AAAAKWKWXYZ", "KW81CBKU0000000000001234560101"),
    ("KZ", "kzt", "AAAAKZKZXXX", "KZ221251234567890123"),
    ("LA", "lak", "AAAALALAXXX", "000123456789"),
    ("LC", "xcd", "AAAALCLCXYZ", "000123456789"),
    ("LI", "chf", None, "LI0508800636123378777"),
    ("LK", "lkr", "AAAALKLXXXX-7010999", "0000012345"),
    ("MA", "mad", "AAAAMAMAXXX", "MA64011519000001205000534921"),
    ("MC", "eur", None, "MC5810096180790123456789085"),
    ("MD", "mdl", "AAAAMDMDXXX", "MD07AG123456789012345678"),
    ("MG", "mga", "AAAAMGMGXXX", "MG4800005000011234567890123"),
    ("MK", "mkd", "AAAAMK2XXXX", "MK49250120000058907"),
    ("MN", "mnt", "AAAAMNUBXXX", "0002222001"),
    ("MO", "mop", "AAAAMOMXXXX", "0000000001234567897"),
    ("MU", "mur", "AAAAMUMUXYZ", "MU17BOMM0101101030300200000MUR"),
    ("MX", "mxn", None, "000000001234567897"),
    ("MY", "myr", "HBMBMYKL", "000123456000"),
    ("MZ", "mzn", "AAAAMZMXXXX", "001234567890123456789"),
    ("NA", "nad", "AAAANANXXYZ", "000123456789"),
    ("NE", "xof", None, "NE58NE0380100100130305000268"),
    ("NG", "ngn", "AAAANGLAXXX", "1111111112"),
    ("NO", "nok", None, "NO9386011117947"),
    ("NZ", "nzd", None, "1100000000000010"),
    ("OM", "omr", "AAAAOMOMXXX", "000123456789"),
    ("PA", "usd", "AAAAPAPAXXX", "000123456789"),
    ("PE", "pen", None, "99934500012345670024"),
    ("PH", "php", "BCDEFGHI123", "01567890123456789"),
    ("PK", "pkr", "AAAAPKKAXXX", "PK36SCBL0000001123456702"),
    ("PL", "pln", None, "PL61109010140000071219812874"),
    ("PY", "pyg", "0", "0567890123456789"),
    ("QA", "qar", "AAAAQAQAXXX", "QA87CITI123456789012345678901"),
    ("RO", "ron", None, "RO49AAAA1B31007593840000"),
    ("RS", "rsd", "TESTSERBXXX", "RS35105008123123123173"),
    ("RW", "rwf", "AAAARWRWXXX", "000123456789"),
    ("SA", "sar", "RIBLSARIXXX", "SA4420000001234567891234"),
    ("SE", "sek", None, "SE3550000000054910000003"),
    ("SG", "sgd", "1100-000", "000123456"),
    ("SM", "eur", "AAAASMSMXXX", "SM86U0322509800000000270100"),
    ("SN", "xof", None, "SN08SN0100152000048500003035"),
    ("SV", "usd", "AAAASVS1XXX", "SV44BCIE12345678901234567890"),
    ("TH", "thb", "999", "000123456789"),
    ("TN", "tnd", None, "TN5904018104004942712345"),
    ("TR", "try", "ADABTRIS", "TR320010009999901234567890"),
    ("TT", "ttd", "99900001", "00567890123456789"),
    ("TW", "twd", "AAAATWTXXXX", "0001234567"),
    ("TZ", "tzs", "AAAATZTXXXX", "0000123456789"),
    ("US", "usd", "110000000", "000123456789"),
    ("UY", "uyu", "999", "000123456789"),
    ("UZ", "uzs", "AAAAUZUZXXX-00000", "99934500012345670024"),
    ("VN", "vnd", "01101100", "000123456789"),
    ("ZA", "zar", "FIRNZAJJ", "000001234"),
)

# Where the answer's routing number is not the one that was sent.
_SHOWN_ROUTING = {
    "AU": "11 0000",
    "AZ": "123456123456",
    "GB": "10-88-00",
    "GI": "11-00-00000",
    "MY": "TESTMYKLXXX",
    "NZ": "110000",
    "PE": "999",
    "ZA": "FIRNZAJJXXX",
}

_BANK_NAMES = {
    "CO": "Banco Pichincha",
    "EG": "NATIONAL BANK OF EGYPT",
    "IN": "HDFC BANK - INDIRANAGAR KRISHNA TEMPLE ROAD",
    "KE": "ABSA BANK KENYA PLC",
    "KR": "SG SECURITIES KOREA CO., LTD.",
    "LK": "BANK OF CEYLON",
    "SA": "RIYAD BANK",
    "TR": "DUNYA KATILIM BANKASI A.S.",
    "UY": "Otros Bancos",
    "VN": "STATE BANK OF VIETNAM",
    "ZA": "FIRSTRAND BANK LIMITED",
}

_ACCOUNT_TYPES = {"CL": "checking", "CO": "savings", "JP": "futsu"}

# Real routing numbers that test mode knows, beside the countries' own: country, as sent, as shown, bank.
_ROUTING_NUMBERS = (
    ("US", "111000000", "111000000", TEST_BANK),
    ("US", "122105155", "122105155", "US BANK NA"),
    ("GB", "23-14-70", "23-14-70", "WISE PAYMENTS LTD"),
)

# The reference's test IBAN works with the prefix of any country of the European Union.
_IBAN = "89370400440532013000"
_IBAN_CURRENCIES = {
    "AT": "eur", "BE": "eur", "BG": "eur", "CY": "eur", "CZ": "czk", "DE": "eur", "DK": "dkk", "EE": "eur", "ES": "eur",
    "FI": "eur", "FR": "eur", "GR": "eur", "HR": "eur", "HU": "huf", "IE": "eur", "IT": "eur", "LT": "eur", "LU": "eur",
    "LV": "eur", "MT": "eur", "NL": "eur", "PT": "eur", "SI": "eur", "SK": "eur",
}  # fmt: skip

# Account numbers with an effect: of the country's own routing number.
_EFFECTS = {
    "US": {
        "no_account": "000111111116",
        "account_closed": "000111111113",
        "insufficient_funds": "000222222227",
        "debit_not_authorized": "000333333335",
        "invalid_currency": "000444444440",
        "no_instant_payout": "000888888883",
        "ownership_verified": "000999999991",
        "ownership_not_verified": "000999999992",
        "microdeposits_fail": "000666666661",
        "dispute": "000555555559",
        "stays_processing": "000000000009",
        "weekly_limit": "000777777771",
        "number_deactivated": "000888888885",
        "high_risk": "000000004954",
    },
    "AU": {
        "no_account": "111111116",
        "account_closed": "111111113",
        "insufficient_funds": "222222227",
        "debit_not_authorized": "333333335",
        "invalid_currency": "444444440",
    },
    "GB": {
        "no_account": "11111116",
        "account_closed": "11111113",
        "insufficient_funds": "22222227",
        "debit_not_authorized": "33333335",
        "invalid_currency": "44444440",
    },
    "DE": {
        "no_account": "DE62370400440532013001",
        "account_closed": "DE89370400440532013002",
        "insufficient_funds": "DE89370400440532013003",
        "debit_not_authorized": "DE89370400440532013004",
        "invalid_currency": "DE89370400440532013005",
    },
}


@cache
def bank_values() -> tuple[BankNumber, ...]:
    """Give every published bank account, in alphabetical order of name."""
    return tuple(sorted(_bank_values(), key=lambda value: value.name))


def _bank_values() -> Iterator[BankNumber]:
    ibans = ((country, currency, None, country + _IBAN) for country, currency in _IBAN_CURRENCIES.items())
    for country, currency, routing, number in (*_ACCOUNTS, *ibans):
        common: dict[str, Any] = {
            "account_type": _ACCOUNT_TYPES.get(country),
            "shown_routing_number": _SHOWN_ROUTING.get(country, routing or NO_ROUTING),
            "bank_name": _BANK_NAMES.get(country, TEST_BANK),
        }
        yield BankNumber(country, country, currency, routing, number, **common)
        for effect, other in _EFFECTS.get(country, {}).items():
            yield BankNumber(f"{country}_{effect}", country, currency, routing, other, effect=effect, **common)


@cache
def _by_number() -> Mapping[tuple[str, str], BankNumber]:
    return MappingProxyType({(value.country, value.account_number): value for value in bank_values()})


def bank_number(country: str, account_number: str) -> BankNumber | None:
    """Find a published bank account; `None` for any other."""
    return _by_number().get((country, account_number))


@cache
def _by_routing() -> Mapping[tuple[str, str], tuple[str, str]]:
    known = {(country, sent): (shown, bank) for country, sent, shown, bank in _ROUTING_NUMBERS}
    known |= {
        (value.country, value.routing_number or ""): (value.shown_routing_number, value.bank_name)
        for value in bank_values()
    }
    return MappingProxyType(known)


def shown_bank(country: str, routing_number: str) -> tuple[str, str] | None:
    """Give the routing number and the bank's name that the API shows for a routing number that was sent.

    `routing_number` is `""` where none was. `None` for one that is not published.
    """
    return _by_routing().get((country, routing_number))


@cache
def _currencies() -> Mapping[str, str]:
    return MappingProxyType({value.country: value.currency for value in bank_values()})


def currency_of(country: str) -> str:
    """Give the currency of a country's bank accounts, lower case; `"usd"` where no test account is published."""
    return _currencies().get(country, "usd")
