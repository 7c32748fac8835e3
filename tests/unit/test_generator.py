from __future__ import annotations

import datetime as dt
import json
import logging
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from faker import Faker
from faker.config import AVAILABLE_LOCALES
from faker.generator import random as shared_random
from rows import each

from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.simulator.tokens.generator import (
    Generator,
    GeneratorFactory,
    checked_locale,
    known_locales,
    without_fingerprint,
)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VISA = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050", "cvc": "123"}
# The keys of real answers from October 2025 on, in their order.
CARD_KEYS = """
    id object address_city address_country address_line1 address_line1_check address_line2 address_state address_zip
    address_zip_check brand country cvc_check dynamic_last4 email exp_month exp_year fingerprint funding last4 metadata
    name networks phone regulated_status tokenization_method wallet
"""
BANK_KEYS = """
    id object account_holder_name account_holder_type account_type bank_name country currency fingerprint last4
    routing_number status
"""


@pytest.fixture
def generator():
    return Generator(seed=0, scope="tests/test_checkout.py::test_it")


def card(generator, **params):
    return generator.token("card", VISA | params)["card"]


def bank(generator, **params):
    return generator.token("bank_account", params)["bank_account"]


def seconds(object_id):
    """What the five characters of time in an id say, in Unix seconds."""
    number = 0
    for character in object_id.split("_")[1][1:6]:
        number = number * 62 + ALPHABET.index(character)
    return number + 1342389380


@each("type_", ["account", "cvc_update", "person", "pii"])
def test_a_token_that_shows_nothing_has_seven_fields(generator, type_):
    token = generator.token(type_, CATALOGUE[type_].defaults)
    assert list(token) == ["id", "object", "client_ip", "created", "livemode", "type", "used"]


def test_a_card_token_has_the_fields_of_real_answers_in_their_order(generator):
    token = generator.token("card", VISA)
    assert list(token) == ["id", "object", "card", "client_ip", "created", "livemode", "type", "used"]
    assert list(token["card"]) == CARD_KEYS.split()


def test_a_bank_token_has_the_fields_of_real_answers_in_their_order(generator):
    token = generator.token("bank_account", CATALOGUE["bank_account"].defaults)
    assert list(token) == ["id", "object", "bank_account", "client_ip", "created", "livemode", "type", "used"]
    assert list(token["bank_account"]) == BANK_KEYS.split()


@each(
    ("type_", "prefix"),
    [
        ("account", "ct_1"),
        ("bank_account", "btok_1"),
        ("card", "tok_1"),
        ("cvc_update", "cvctok_1"),
        ("person", "cpt_1"),
        ("pii", "pii_1"),
    ],
)
def test_an_id_has_its_prefix_and_24_characters(generator, type_, prefix):
    token_id = generator.token(type_, CATALOGUE[type_].defaults)["id"]
    assert token_id.startswith(prefix)
    assert len(token_id.split("_")[1]) == 24


def test_an_id_carries_its_time_of_creation(generator):
    token = generator.token("card", VISA)
    assert seconds(token["id"]) == seconds(token["card"]["id"]) == token["created"]


@each(
    ("object_id", "created"),
    [("ct_1BZ6xr2eZvKYlo2CsSOhuTfi", 1513297331), ("tok_1N3T00LkdIwHu7ixt44h1F8k", 1683071568)],
)
def test_the_time_is_written_as_in_documented_ids(generator, object_id, created):
    prefix, characters = object_id.split("_")
    assert generator.object_id(prefix, created).startswith(f"{prefix}_{characters[:6]}")


def test_an_id_carries_the_end_of_the_account_id(generator):
    assert generator.object_id("ch", 1776612806)[-18:-8] == generator.account_id[-10:]


def test_an_id_on_a_connected_account_carries_that_account(generator):
    token = generator.token("card", VISA, account="acct_1Ot4L8S3R2m7OSYI")
    assert token["id"][-18:-8] == token["card"]["id"][-18:-8] == "S3R2m7OSYI"


@each("account", ["acct_x", "acct_é23456789ö", "acct_1234567"])
def test_an_account_of_another_form_still_gives_an_id(generator, account):
    characters = generator.object_id("ch", 1776612806, account).split("_")[1]
    assert len(characters) == 24
    assert characters.isascii()


def test_ids_of_one_second_differ(generator):
    assert generator.object_id("ch", 1776612806) != generator.object_id("ch", 1776612806)


def test_each_object_is_created_a_second_after_the_last(generator):
    first = generator.token("pii", {})["created"]
    assert (generator.next_created(), generator.latest_created) == (first + 1, first + 1)


def test_what_is_generated_dates_from_may_2026():
    starts = [Generator(seed=seed).next_created() for seed in range(100)]
    assert {dt.datetime.fromtimestamp(start, tz=dt.UTC).strftime("%Y-%m") for start in starts} == {"2026-05"}
    assert len(set(starts)) == 100


def test_today_is_one_day_in_every_test_and_before_what_is_created():
    generators = [Generator(seed=seed, scope=f"test_{seed}") for seed in range(50)]
    assert {generator.today for generator in generators} == {Generator().today}
    assert all(generator.today < generator.next_created() for generator in generators)


def test_a_request_id_has_the_form_of_stripes(generator):
    request_id = generator.request_id()
    assert request_id.startswith("req_")
    assert len(request_id) == 18
    assert generator.request_id() != request_id


@each(
    ("name", ("shown")),
    [
        ("visa", ("Visa", "credit", "US", "4242")),
        ("mastercard_debit", ("MasterCard", "debit", "US", "8210")),
        ("amex", ("American Express", "credit", "US", "0005")),
        ("JP_jcb", ("JCB", "credit", "JP", "0000")),
        ("unionpay_19_digits", ("UnionPay", "credit", "CN", "0004")),
        ("DE", ("Visa", "credit", "DE", "0016")),
    ],
)
def test_a_card_is_what_its_number_says(generator, name, shown):
    made = card(generator, **TEST_CARDS[name])
    assert (made["brand"], made["funding"], made["country"], made["last4"]) == shown


@each(
    ("number", "brand", "country"),
    [
        ("4111111111111111", "Visa", "US"),
        ("5100000000000008", "MasterCard", "US"),
        ("2720990000000007", "MasterCard", "US"),
        ("370000000000002", "American Express", "US"),
        ("6500000000000002", "Discover", "US"),
        ("38000000000006", "Diners Club", "US"),
        ("3530000000000003", "JCB", "US"),
        ("8100000000000000", "UnionPay", "US"),
        ("9000000000000000", "Unknown", None),
        ("4000002769999999", "Visa", "DE"),
    ],
)
def test_a_card_that_is_not_published_is_what_its_range_says(generator, number, brand, country):
    made = card(generator, number=number)
    assert (made["brand"], made["funding"], made["country"]) == (brand, "unknown", country)


@each("number", ["4000 0566 5566 5556", "4000-0566-5566-5556", " 4000056655665556 "])
def test_separators_in_a_card_number_do_not_matter(generator, number):
    made = card(generator, number=number)
    assert (made["last4"], made["funding"]) == ("5556", "debit")
    assert made["fingerprint"] == generator.fingerprint("4000056655665556")


@each(("sent", "shown"), [("2050", 2050), ("50", 2050), ("7", 2007), ("x", 2050)])
def test_a_year_has_four_digits(generator, sent, shown):
    assert card(generator, exp_year=sent)["exp_year"] == shown


@each(("sent", "shown"), [("9", 9), ("09", 9), ("13", 12), ("", 12)])
def test_a_month_is_a_number(generator, sent, shown):
    assert card(generator, exp_month=sent)["exp_month"] == shown


@each(
    ("param", "check"),
    [("cvc", "cvc_check"), ("address_zip", "address_zip_check"), ("address_line1", "address_line1_check")],
)
def test_what_can_be_checked_is_unchecked_once_sent(generator, param, check):
    assert card(generator, **{param: "1"})[check] == "unchecked"
    assert card(generator, **{param: ""})[check] is None


def test_name_and_address_are_given_back(generator):
    made = card(generator, name="Zoë", address_city="Köln", address_country="DE")
    assert (made["name"], made["address_city"], made["address_country"]) == ("Zoë", "Köln", "DE")


def test_a_card_has_a_currency_only_if_one_was_sent(generator):
    made = card(generator, currency="USD")
    assert made["currency"] == "usd"
    assert list(made) == sorted(made, key=lambda name: (name not in {"id", "object"}, name))
    assert "currency" not in card(generator)


@each(
    ("name", "sent", "preferred"),
    [
        ("cartes_bancaires_visa", "cartes_bancaires", "cartes_bancaires"),
        ("cartes_bancaires_visa", "mastercard", "invalid_preference"),
        ("cartes_bancaires_mastercard", "mastercard", "mastercard"),
        ("visa", "visa", "visa"),
        ("visa", "cartes_bancaires", "invalid_preference"),
        ("visa", "", None),
    ],
)
def test_a_network_can_be_preferred_where_the_card_has_it(generator, name, sent, preferred):
    made = card(generator, **TEST_CARDS[name], networks={"preferred": sent})
    assert made["networks"] == {"preferred": preferred}


@each(
    ("name", ("shown")),
    [
        ("US", ("110000000", "6789", "usd", "STRIPE TEST BANK")),
        ("DE", ("110000000", "3000", "eur", "STRIPE TEST BANK")),
        ("AU", ("11 0000", "3456", "aud", "STRIPE TEST BANK")),
        ("BH", ("AAAABHBMXYZ", "BH00", "bhd", "STRIPE TEST BANK")),
        ("GI", ("11-00-00000", "9453", "gbp", "STRIPE TEST BANK")),
        ("IN", ("HDFC0004051", "6789", "inr", "HDFC BANK - INDIRANAGAR KRISHNA TEMPLE ROAD")),
        ("ZA", ("FIRNZAJJXXX", "1234", "zar", "FIRSTRAND BANK LIMITED")),
    ],
)
def test_a_bank_account_is_shown_as_in_real_answers(generator, name, shown):
    made = bank(generator, **TEST_BANK_ACCOUNTS[name])
    assert (made["routing_number"], made["last4"], made["currency"], made["bank_name"]) == shown


def test_a_currency_that_was_not_sent_is_the_countrys(generator):
    assert bank(generator, country="jp", account_number="0001234", routing_number="1100000")["currency"] == "jpy"


def test_what_was_not_sent_of_a_bank_account_is_null(generator):
    made = bank(generator, country="US", account_number="000123456789", routing_number="110000000")
    assert (made["account_holder_name"], made["account_holder_type"], made["account_type"]) == (None, None, None)


def test_what_was_sent_of_a_bank_account_is_given_back(generator):
    made = bank(generator, account_holder_name="Jenny", account_holder_type="company", account_type="checking")
    assert (made["account_holder_name"], made["account_holder_type"]) == ("Jenny", "company")
    assert made["account_type"] == "checking"


def test_a_routing_number_that_is_not_published_gets_a_bank_of_its_own(generator):
    first = bank(generator, routing_number="021000021")["bank_name"]
    assert first == first.upper() != "STRIPE TEST BANK"
    assert bank(generator, routing_number="021000021")["bank_name"] == first
    assert bank(generator, routing_number="021000022")["bank_name"] != first


def test_a_bank_has_a_name_of_the_locale():
    name = bank(Generator(locale="ja_JP"), country="JP", routing_number="0009555")["bank_name"]
    assert not name.isascii()


@each(("country", "sent", "shown"), [("AU", "062-000", "06 2000"), ("GB", "200000", "20-00-00")])
def test_a_routing_number_is_written_as_its_country_does(generator, country, sent, shown):
    assert bank(generator, country=country, routing_number=sent)["routing_number"] == shown


@each("type_", ["bank_account", "card"])
def test_a_publishable_key_sees_no_fingerprint(generator, type_):
    token = generator.token(type_, CATALOGUE[type_].defaults, key_kind="publishable")
    assert "fingerprint" not in token[type_]


def test_without_fingerprint_leaves_the_token_itself_alone(generator):
    token = generator.token("card", VISA)
    seen = without_fingerprint(token)
    assert token["card"].pop("fingerprint")
    assert seen == token


def test_livemode_is_the_keys(generator):
    assert generator.token("pii", {}, livemode=True)["livemode"] is True


def test_the_same_number_has_the_same_fingerprint_in_a_test(generator):
    assert card(generator)["fingerprint"] == card(generator)["fingerprint"]
    assert card(generator)["fingerprint"] != card(generator, **TEST_CARDS["amex"])["fingerprint"]


def test_all_requests_of_a_test_come_from_one_address(generator):
    assert generator.token("pii", {})["client_ip"] == generator.token("card", VISA)["client_ip"]


def tokens(**settings):
    generator = Generator(**settings)
    return [generator.token(type_, CATALOGUE[type_].defaults) for type_ in TOKEN_TYPES]


def test_the_same_seed_and_scope_give_the_same_tokens():
    assert tokens(seed=1, scope="a") == tokens(seed=1, scope="a")


@each("settings", [{"seed": 2, "scope": "a"}, {"seed": 1, "scope": "b"}, {"seed": 11, "scope": ""}])
def test_another_seed_or_scope_gives_other_tokens(settings):
    mine = {token["id"] for token in tokens(seed=1, scope="a")}
    assert not mine & {token["id"] for token in tokens(**settings)}


def test_a_locale_shows_in_no_id():
    assert [token["id"] for token in tokens(locale="de_DE")] == [token["id"] for token in tokens(locale="ja_JP")]


def test_a_scope_may_hold_what_is_no_text():
    assert tokens(scope="test_\udce9.py")


def test_tokens_do_not_depend_on_what_else_was_drawn(generator):
    other = Generator(seed=0, scope="tests/test_checkout.py::test_it")
    other.request_id()
    other.object_id("ch", 1776612806)
    other.fake.name()
    assert other.token("card", VISA) == generator.token("card", VISA)


def test_generators_of_one_factory_do_not_disturb_each_other():
    factory = GeneratorFactory()
    first, second = factory.generator(0, "a"), factory.generator(0, "b")
    mixed = [(first.fake.name(), second.fake.name()) for _ in range(3)]
    alone = Generator(scope="a")
    assert [name for name, _ in mixed] == [alone.fake.name() for _ in range(3)]


def test_other_processes_and_hash_seeds_give_the_same_tokens():
    code = (
        "import json; from pytest_stripe_tokens.api.token_types import CATALOGUE;"
        "from pytest_stripe_tokens.simulator.tokens.generator import Generator; g = Generator(seed=7, scope='s');"
        "print(json.dumps([g.token(n, r.defaults) for n, r in CATALOGUE.items()] + [g.fake.name(), g.fake.company()]))"
    )

    def run(hash_seed):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        return json.loads(done.stdout)

    generator = Generator(seed=7, scope="s")
    here = [generator.token(name, row.defaults) for name, row in CATALOGUE.items()]
    assert run("1") == run("2") == [*here, generator.fake.name(), generator.fake.company()]


def test_the_values_of_a_seed_are_pinned():
    token = Generator(seed=0, scope="pinned").token("card", VISA)
    assert (token["id"], token["created"]) == ("tok_1TUW4GfaYqyBUz7iaSYc51C6", 1778176236)
    assert (token["card"]["id"], token["card"]["fingerprint"]) == ("card_1TUW4GfaYqyBUz7iCgcxm3FI", "NE2wDGzqFvZQqeuZ")


def test_threads_get_the_tokens_of_one_after_the_other():
    alone = Generator(scope="t")
    expected = {json.dumps(alone.token("card", VISA)) for _ in range(160)}
    shared = Generator(scope="t")
    with ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda _: json.dumps(shared.token("card", VISA)), range(160)))
    assert len(set(got)) == 160
    assert set(got) == expected


def test_threads_draw_names_without_mixing_them():
    factory = GeneratorFactory()

    def names(scope):
        fake = factory.generator(0, str(scope)).fake
        return [fake.name() for _ in range(20)]

    with ThreadPoolExecutor(16) as pool:
        got = list(pool.map(names, range(32)))
    assert got == [names(scope) for scope in range(32)]


def test_the_state_of_random_is_left_alone(generator):
    before = random.getstate()
    generator.token("card", VISA)
    generator.fake.name()
    assert random.getstate() == before


def test_fakers_own_state_is_left_alone(generator):
    Faker.seed(42)
    expected = Faker().name()
    Faker.seed(42)
    state = shared_random.getstate()
    generator.token("card", VISA)
    generator.fake.name()
    assert shared_random.getstate() == state
    assert Faker().name() == expected


def test_seeding_faker_changes_nothing_here():
    expected = Generator().fake.name()
    Faker.seed(1)
    assert Generator().fake.name() == expected


def test_the_log_says_nothing_about_how_faker_is_built(caplog):
    with caplog.at_level(logging.DEBUG):
        Generator().token("card", VISA)
    assert caplog.records == []


def test_fake_gives_names_of_the_locale():
    assert not GeneratorFactory("ja_JP").generator().fake.name().isascii()


def test_fake_draws_anew_with_each_access(generator):
    assert len({generator.fake.name() for _ in range(5)}) > 1


def test_fake_has_only_what_faker_has(generator):
    with pytest.raises(AttributeError, match="no_such_thing"):
        generator.fake.no_such_thing()
    with pytest.raises(AttributeError, match="_private"):
        _ = generator.fake._private


def test_the_locales_are_those_of_faker():
    assert known_locales() == tuple(AVAILABLE_LOCALES)


@each(("given", "name"), [(None, "en_US"), ("de_DE", "de_DE"), ("de-DE", "de_DE"), ("de", "de_DE")])
def test_a_locale_is_written_as_faker_does(given, name):
    assert checked_locale(given) == name


@each("locale", ["xx_XX", "", "../de_DE", "providers", "de_DE/.."])
def test_an_unknown_locale_is_refused_with_the_known_ones(locale):
    with pytest.raises(ValueError, match=r"no locale of Faker's; it has .*, de_DE, .*, zu_ZA"):
        Generator(locale=locale)


def test_only_faker_itself_is_needed_for_names_and_addresses():
    code = (
        "import sys; from pytest_stripe_tokens.simulator.tokens.generator import *; g = Generator(locale='de_DE');"
        "g.request_id(); g.object_id('cus', g.next_created()); g.fingerprint('1'); print('faker' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
