from __future__ import annotations

import pytest

from pytest_stripe_tokens.recording.environment import from_environment
from pytest_stripe_tokens.redaction.usage_error import UsageError

SECRET = "sk_test_" + "canary4eC39HqLyjWDarjt"
LIVE = "_li" + "ve_canary4eC39HqLyjWDarjt"


def test_key_and_default_address_are_read():
    settings = from_environment({"STRIPE_SECRET_KEY": SECRET})
    assert (settings.secret_key, settings.api_base, settings.publishable_key, settings.trusted) == (
        SECRET,
        "https://api.stripe.com",
        None,
        (),
    )


@pytest.mark.parametrize("value", [SECRET, f" {SECRET}\n", "rk_test_" + "canary4eC39HqLyjWDarjt"])
@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_API_KEY"])
def test_secret_and_restricted_test_keys_are_taken_from_either_name(name, value):
    assert from_environment({name: value}).secret_key == value.strip()


def test_the_first_name_wins():
    assert from_environment({"STRIPE_SECRET_KEY": SECRET, "STRIPE_API_KEY": "sk_test_other"}).secret_key == SECRET


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"STRIPE_SECRET_KEY": ""},
        {"STRIPE_SECRET_KEY": "  "},
        {"STRIPE_PUBLISHABLE_KEY": "pk_test_canary4eC39"},
        {"STRIPE_SECRET_KEY": f"sk{LIVE}"},
        {"STRIPE_SECRET_KEY": f"rk{LIVE}"},
        {"STRIPE_API_KEY": f"sk{LIVE}"},
        {"STRIPE_SECRET_KEY": f"pk{LIVE}"},
        {"STRIPE_SECRET_KEY": "pk_test_canary4eC39"},
        {"STRIPE_SECRET_KEY": "sk_test_"},
        {"STRIPE_SECRET_KEY": "canary4eC39"},
        {"STRIPE_SECRET_KEY": "sk_test_canary4eC39\r\nX-Evil: 1"},
        {"STRIPE_SECRET_KEY": SECRET, "STRIPE_PUBLISHABLE_KEY": f"pk{LIVE}"},
        {"STRIPE_SECRET_KEY": f"sk_test_sk{LIVE}"},
        {"STRIPE_SECRET_KEY": f"sk_test_RK{LIVE.upper()}"},
        {"STRIPE_SECRET_KEY": SECRET, "STRIPE_PUBLISHABLE_KEY": f"pk_test_pk{LIVE}"},
        {"STRIPE_SECRET_KEY": SECRET, "STRIPE_PUBLISHABLE_KEY": SECRET},
    ],
)
def test_anything_but_a_test_key_is_a_usage_error_that_does_not_show_it(environ):
    with pytest.raises(UsageError) as error:
        from_environment(environ)
    assert "canary" not in str(error.value)
    assert "STRIPE_" in str(error.value)


@pytest.mark.parametrize("base", ["http://localhost:8420", "https://proxy.example/stripe"])
def test_the_address_may_be_another(base):
    assert from_environment({"STRIPE_SECRET_KEY": SECRET, "STRIPE_API_BASE": f"{base}/"}).api_base == base


@pytest.mark.parametrize(
    "base",
    [
        "localhost:8420",
        "ftp://x",
        "https://",
        "https://user:canary@host",
        "https://host?a=b",
        "https://host:99999",
        "https://ho st",
    ],
)
def test_an_address_that_is_none_is_a_usage_error(base):
    with pytest.raises(UsageError, match="STRIPE_API_BASE") as error:
        from_environment({"STRIPE_SECRET_KEY": SECRET, "STRIPE_API_BASE": base})
    assert "canary" not in str(error.value)


def test_every_trusted_file_is_read_and_must_exist(tmp_path):
    own, bundle = tmp_path / "a.pem", tmp_path / "b.pem"
    own.touch()
    environ = {"STRIPE_SECRET_KEY": SECRET, "SSL_CERT_FILE": str(own), "REQUESTS_CA_BUNDLE": str(bundle)}
    bundle.touch()
    assert set(from_environment(environ).trusted) == {own, bundle}
    bundle.unlink()
    with pytest.raises(UsageError, match=r"REQUESTS_CA_BUNDLE names .*b\.pem, which does not exist"):
        from_environment(environ)


def test_no_key_shows_in_the_settings():
    settings = from_environment({"STRIPE_SECRET_KEY": SECRET, "STRIPE_PUBLISHABLE_KEY": "pk_test_canary4eC39"})
    assert "canary" not in repr(settings)


def test_what_a_server_says_is_made_one_short_line_without_secrets():
    settings = from_environment({"STRIPE_SECRET_KEY": SECRET})
    line = settings.clean(f"bad\n\x1b[31mkey {SECRET} for 4000056655665556 " + "x" * 1000)
    assert line.startswith("bad \\x1b[31mkey *** for ****5556 xxx")
    assert len(line) <= 510
