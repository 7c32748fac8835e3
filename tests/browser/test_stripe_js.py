"""The stand-in of Stripe.js in Chromium: what its methods send, and what they give back."""

from __future__ import annotations

import itertools
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from published_stripe_js import METHODS
from published_values import BRANDS, COUNTRIES

pytestmark = pytest.mark.slow

# Of `METHODS`, in their order.
HERE = (
    "confirmCardPayment",
    "confirmCardSetup",
    "confirmPayment",
    "confirmSetup",
    "createConfirmationToken",
    "createPaymentMethod",
    "createToken",
    "elements",
    "handleCardAction",
    "handleNextAction",
    "registerAppInfo",
    "retrievePaymentIntent",
    "retrieveSetupIntent",
)
CARD = "{number: '4242424242424242', exp_month: 12, exp_year: 2050, cvc: '123'}"


@pytest.fixture(autouse=True)
def _client(stripe_tokens, monkeypatch):
    monkeypatch.setattr(stripe, "api_key", "sk_test_shop")


def fill(page, **more):
    """Type a card by hand, key by key."""
    typed = {"cardnumber": "4242424242424242", "exp-date": "1250", "cvc": "123", "postal": "94110", **more}
    for name, text in typed.items():
        page.locator(f"[name={name}]").press_sequentially(text)


def test_all_six_tokens(shop, stripe_tokens):
    page = shop.open("<div id=card></div>")
    shop.run("window.elements = stripe.elements(); window.card = elements.create('card'); card.mount('#card')")
    fill(page)
    account = "{business_type: 'individual', individual: {first_name: 'Jane'}, tos_shown_and_accepted: true}"
    bank = "{country: 'US', currency: 'usd', routing_number: '110000000', account_number: '000123456789'}"
    typed = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050", "cvc": "123", "address_zip": "94110"}
    for call, type_, sent in (
        ("card, {name: 'Jenny'}", "card", {**typed, "name": "Jenny"}),
        ("card", "card", typed),
        (
            f"'card', {CARD}",
            "card",
            {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050", "cvc": "123"},
        ),
        (f"'bank_account', {bank}", "bank_account", {"account_number": "000123456789", "country": "US"}),
        ("'pii', {personal_id_number: '000000000'}", "pii", {"id_number": "000000000"}),
        ("'pii', {id_number: '000000000'}", "pii", {"id_number": "000000000"}),
        (f"'account', {account}", "account", {"individual": {"first_name": "Jane"}, "tos_shown_and_accepted": "true"}),
        ("'person', {first_name: 'Jane', relationship: {owner: true}}", "person", {"relationship": {"owner": "true"}}),
        ("'cvc_update', {cvc: '123'}", "cvc_update", {"cvc": "123"}),
        ("'cvc_update', '123'", "cvc_update", {"cvc": "123"}),
    ):
        result = shop.run(f"return stripe.createToken({call})")
        assert list(result) == ["token"], (call, result)
        token, request = result["token"], stripe_tokens.requests[-1]
        assert (token["object"], token["type"], token["used"]) == ("token", type_, False)
        assert stripe_tokens.retrieve(token["id"])["type"] == type_
        assert (request.method, request.path) == ("POST", "/v1/tokens")
        assert request.params[type_] | sent == request.params[type_], call
        if type_ == "card":
            # A publishable key is not shown the fingerprint (changelog of 2014-10-07).
            assert token["card"]["last4"] == "4242"
            assert "fingerprint" not in token["card"]


def test_a_card_that_is_typed_by_hand(shop, stripe_tokens):
    page = shop.open("<label for=card>Card</label><div id=card></div>")
    shop.run("""
        window.told = [];
        window.elements = stripe.elements();
        window.card = elements.create('card');
        card.mount('#card');
        for (const name of ['ready', 'change', 'focus', 'blur', 'escape'])
            card.on(name, (event) => told.push([name, event]));
    """)
    page.wait_for_function("told.length")
    # How tests of Stripe's own find its inputs.
    assert page.get_by_label("Credit or debit card number").get_attribute("name") == "cardnumber"
    assert page.locator("[data-elements-stable-field-name=cardExpiry]").get_attribute("name") == "exp-date"
    page.click("label")
    # As in Stripe's own: what is full hands on to the next input.
    page.keyboard.type("42424242424242421250123")
    page.keyboard.type("94110")
    shown = {name: page.locator(f"[name={name}]").input_value() for name in ("cardnumber", "exp-date", "cvc", "postal")}
    assert shown == {"cardnumber": "4242 4242 4242 4242", "exp-date": "12 / 50", "cvc": "123", "postal": "94110"}
    page.keyboard.press("Escape")
    told = shop.run("return told")
    assert [told[0], told[1]] == [["ready", {"elementType": "card"}], ["focus", {"elementType": "card"}]]
    assert told[-1] == ["escape", {"elementType": "card"}]
    changes = [event for name, event in told if name == "change"]
    # https://docs.stripe.com/js/element/events
    assert changes[0] == {
        "elementType": "card", "empty": False, "complete": False, "error": None, "value": {"postalCode": ""}, "brand": "visa"
    }  # fmt: skip
    assert changes[-1] == {**changes[0], "complete": True, "value": {"postalCode": "94110"}}
    assert [name for name, _ in told if name != "change"] == ["ready", "focus", "escape"]
    # "when any value in the change event payload changes"
    assert [one for one, next_ in itertools.pairwise(changes) if one == next_] == []
    assert "StripeElement--complete" in page.locator("#card").get_attribute("class").split()

    token = shop.run("return (await stripe.createToken(card)).token")
    card = token["card"]
    assert (card["last4"], card["exp_month"], card["exp_year"], card["cvc_check"]) == ("4242", 12, 2050, "unchecked")
    assert (card["address_zip"], card["address_zip_check"]) == ("94110", "unchecked")
    assert stripe.Charge.create(amount=500, currency="usd", source=token["id"]).paid
    assert stripe_tokens.retrieve(token["id"]).used

    shop.run("card.clear()")
    assert page.locator("[name=cardnumber]").input_value() == ""
    assert shop.run("return told.at(-1)")[1] == {**changes[0], "empty": True, "brand": "unknown"}
    shop.run("card.update({disabled: true, hidePostalCode: true, value: {postalCode: '12345'}})")
    assert page.locator("[name=cvc]").is_disabled()
    assert not page.locator("[name=postal]").is_visible()
    shop.run("card.unmount()")
    assert page.locator("#card").inner_html() == page.locator("#card").get_attribute("class") == ""
    shop.run("card.mount(document.querySelector('#card'))")
    assert page.locator("[name=cardnumber]").is_visible()
    assert shop.run("return elements.getElement({__elementType: 'card'}) === card")  # as react-stripe-js asks
    shop.run("card.destroy()")
    assert shop.run("return [elements.getElement('card'), typeof elements.create('card')]") == [None, "object"]
    assert "has already been destroyed" in shop.thrown("card.mount('#card')")


def test_what_is_wrong_is_said_as_stripe_js_says_it(shop):
    page = shop.open("<div id=card></div>")
    shop.run(
        "window.card = stripe.elements().create('card'); card.mount('#card'); card.on('change', (event) => (window.told = event))"
    )
    for typed, code, message, at_once in (
        ({"cardnumber": ""}, "incomplete_number", "Your card number is incomplete.", False),
        ({"cardnumber": "42424242"}, "incomplete_number", "Your card number is incomplete.", False),
        ({"cardnumber": "4242424242424241"}, "invalid_number", "Your card number is invalid.", True),
        ({"exp-date": ""}, "incomplete_expiry", "Your card's expiration date is incomplete.", False),
        ({"exp-date": "12"}, "incomplete_expiry", "Your card's expiration date is incomplete.", False),
        ({"exp-date": "1220"}, "invalid_expiry_year_past", "Your card's expiration year is in the past.", True),
        ({"exp-date": "12/2020"}, "invalid_expiry_year_past", "Your card's expiration year is in the past.", True),
        ({"exp-date": "1299"}, "invalid_expiry_year", "Your card's expiration year is invalid.", True),
        ({"exp-date": "0050"}, "invalid_expiry_month", "Your card's expiration date is invalid.", True),
        ({"cvc": "12"}, "incomplete_cvc", "Your card's security code is incomplete.", False),
        ({"cardnumber": "378282246310005", "cvc": "123"}, "incomplete_cvc", "Your card's security code is incomplete.", False),
        ({"postal": ""}, "incomplete_zip", "Your postal code is incomplete.", False),
    ):  # fmt: skip
        shop.run("card.clear(); window.told = null")
        fill(page, **typed)
        error = {"type": "validation_error", "code": code, "message": message}
        assert shop.run("return told.complete") is False, typed
        if at_once:
            assert shop.run("return told.error") == error, typed
        before = len(shop.asked)
        assert shop.run("return stripe.createToken(card)") == {"error": error}, typed
        assert shop.run("return told.error") == error, typed
        assert "StripeElement--invalid" in page.locator("#card").get_attribute("class").split()
        assert len(shop.asked) == before
    # An input that is left says what is wrong with it, and no longer once it is mended.
    shop.run("card.clear()")
    page.locator("[name=cardnumber]").press_sequentially("4242")
    assert shop.run("return told.error") is None
    page.locator("[name=cvc]").focus()
    assert shop.run("return told.error.code") == "incomplete_number"
    page.locator("[name=cardnumber]").press_sequentially("42")
    assert shop.run("return told.error") is None
    month = shop.run("const now = new Date(); return [now.getMonth(), now.getFullYear()]")
    if month[0]:
        page.locator("[name=exp-date]").fill(f"{month[0]:02}{month[1]}")
        assert shop.run("return told.error.code") == "invalid_expiry_month_past"


def test_elements_of_their_own(shop, stripe_tokens):
    page = shop.open("<div id=number></div><div id=expiry></div><div id=cvc></div><div id=zip></div>")
    shop.run("""
        window.elements = stripe.elements();
        for (const [kind, id] of [['cardNumber', 'number'], ['cardExpiry', 'expiry'], ['cardCvc', 'cvc'], ['postalCode', 'zip']]) {
            const element = elements.create(kind, {placeholder: id});
            element.on('change', (event) => (window[id] = event)).mount('#' + id);
        }
    """)
    assert page.locator("[name=cvc]").get_attribute("placeholder") == "cvc"
    # Amex has a security code of four digits: the one of the other Element.
    fill(page, cardnumber="378282246310005", cvc="123")
    shown = page.locator("[name=cardnumber]").input_value()
    assert (shown, shop.run("return [number.brand, cvc.complete]")) == ("3782 822463 10005", ["amex", False])
    result = shop.run("return stripe.createToken(elements.getElement('cardNumber'))")
    assert result["error"]["code"] == "incomplete_cvc"
    assert shop.run("return cvc.error.code") == "incomplete_cvc"
    for number, is_complete in (("4242424242424242", True), ("378282246310005", False)):
        page.locator("[name=cardnumber]").fill(number)
        assert shop.run("return cvc.complete") is is_complete
    page.locator("[name=exp-date]").fill("")
    page.locator("[name=exp-date]").press_sequentially("550")
    assert page.locator("[name=exp-date]").input_value() == "05 / 50"
    page.locator("[name=cvc]").press("End")
    page.keyboard.type("4")
    assert shop.run("return zip.value") == "94110"
    result = shop.run("return stripe.createToken(elements.getElement('cardExpiry'), {address_country: 'US'})")
    assert result["token"]["card"]["brand"] == "American Express"
    assert stripe_tokens.requests[-1].params["card"]["address_zip"] == "94110"
    result = shop.run("return stripe.createToken('cvc_update', elements.getElement('cardCvc'))")
    assert result["token"]["type"] == "cvc_update"
    assert stripe_tokens.requests[-1].params == {"cvc_update": {"cvc": "1234"}}


def test_what_is_typed_is_no_part_of_the_pages_form(shop):
    page = shop.open("<form><input name=order value=6><div id=card></div><button>Pay</button></form>")
    shop.run("""
        stripe.elements().create('card').mount('#card');
        document.forms[0].addEventListener('submit', (event) => {
            event.preventDefault();
            window.sent = [...new FormData(event.target).keys()];
        });
    """)
    fill(page)
    page.keyboard.press("Enter")
    assert shop.run("return sent") == ["order"]


def test_every_published_number_is_a_whole_card(shop):
    numbers = {row[1]: row[2] for row in BRANDS} | {row[1]: row[2] for row in COUNTRIES}
    names = {"American Express": "amex", "Diners Club": "diners", "?": "discover"}
    shop.open("<div id=card></div>")
    shown = shop.run(
        """
        const card = stripe.elements().create('cardNumber');
        let told;
        card.on('change', (event) => (told = event)).mount('#card');
        const input = document.querySelector('[name=cardnumber]');
        return given.map((number) => {
            input.value = number;
            input.dispatchEvent(new InputEvent('input', {inputType: 'insertText'}));
            return [number, told.brand, told.complete];
        });
        """,
        list(numbers),
    )
    # Two published numbers have no valid check digit; Stripe's own page says of which that its input refuses them.
    wrong = ["4000007840000006"]
    assert shown == [
        [number, names.get(brand, brand.lower()), number not in wrong] for number, brand in numbers.items()
    ]


def test_payment_methods_and_confirmation_tokens(shop, stripe_tokens):
    page = shop.open("<div id=card></div><div id=payment></div>")
    shop.run("window.card = stripe.elements().create('card'); card.mount('#card')")
    assert shop.run("return (await stripe.createPaymentMethod({type: 'card', card})).error.code") == "incomplete_number"
    fill(page)
    typed = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050", "cvc": "123"}
    for call, sent in (
        ("{type: 'card', card, billing_details: {name: 'Jenny', address: {country: 'US'}}}",
         {"card": typed, "billing_details": {"name": "Jenny", "address": {"country": "US", "postal_code": "94110"}}}),
        ("{element: card, params: {metadata: {order: 6}}}",
         {"card": typed, "billing_details": {"address": {"postal_code": "94110"}}, "metadata": {"order": "6"}}),
        ("'card', card, {billing_details: {name: 'Jenny'}}",
         {"card": typed, "billing_details": {"name": "Jenny", "address": {"postal_code": "94110"}}}),
        ("{type: 'card', card: {token: 'tok_visa'}}", {"card": {"token": "tok_visa"}}),
    ):  # fmt: skip
        result = shop.run(f"return stripe.createPaymentMethod({call})")
        assert result["paymentMethod"]["card"]["last4"] == "4242", result
        assert stripe_tokens.requests[-1].params == {"type": "card", **sent}
    assert stripe.PaymentMethod.retrieve(result["paymentMethod"]["id"]).type == "card"

    shop.run("window.elements = stripe.elements({mode: 'payment', amount: 500, currency: 'usd'})")
    shop.run("elements.create('payment').on('change', (event) => (window.told = event)).mount('#payment')")
    assert "elements.submit() must be called" in shop.thrown("stripe.createConfirmationToken({elements})")
    assert shop.run("return (await elements.submit()).error.code") == "incomplete_number"
    for name, text in {"number": "4242424242424242", "expiry": "12/50", "cvc": "123", "postalCode": "94110"}.items():
        page.locator(f"#payment [name={name}]").fill(text)
    assert shop.run("return told") == {
        "elementType": "payment", "empty": False, "complete": True, "collapsed": False, "value": {"type": "card"}
    }  # fmt: skip
    assert shop.run("return elements.submit()") == {"selectedPaymentMethod": "card"}
    params = "{return_url: 'https://shop.example', payment_method_data: {billing_details: {name: 'Jenny'}}}"
    result = shop.run(f"return stripe.createConfirmationToken({{elements, params: {params}}})")
    assert result["confirmationToken"]["payment_method_preview"]["card"]["last4"] == "4242", result
    assert stripe_tokens.requests[-1].params == {
        "return_url": "https://shop.example",
        "payment_method_data": {
            "type": "card", "card": typed, "billing_details": {"name": "Jenny", "address": {"postal_code": "94110"}}
        },
    }  # fmt: skip
    confirmed = {"confirm": True, "confirmation_token": result["confirmationToken"]["id"]}
    assert stripe.PaymentIntent.create(amount=500, currency="usd", **confirmed).status == "succeeded"
    assert shop.run("return (await stripe.createPaymentMethod({elements})).paymentMethod.type") == "card"


def test_intents_are_confirmed_and_declined(shop, stripe_tokens):
    page = shop.open("<div id=card></div><div id=cvc></div>")
    shop.run("window.card = stripe.elements().create('card', {hidePostalCode: true}); card.mount('#card')")
    shop.run("window.cvc = stripe.elements().create('cardCvc'); cvc.mount('#cvc')")

    def paid(call, **params):
        intent = stripe.PaymentIntent.create(amount=500, currency="usd", **params)
        return shop.run(f"return stripe.confirmCardPayment(given, {call})", intent.client_secret), intent

    page.locator("#card [name=cardnumber]").fill("4000000000000002")
    page.locator("#card [name=exp-date]").fill("12/50")
    page.locator("#card [name=cvc]").fill("123")
    result, intent = paid("{payment_method: {card, billing_details: {name: 'Jenny'}}}")
    assert (result["error"]["type"], result["error"]["code"]) == ("card_error", "card_declined")
    assert result["error"]["message"] == "Your card was declined."
    assert result["error"]["payment_intent"]["status"] == "requires_payment_method"
    page.locator("#card [name=cardnumber]").fill("4242424242424242")
    result = shop.run("return stripe.confirmCardPayment(given, {payment_method: {card}})", intent.client_secret)
    assert result["paymentIntent"]["status"] == stripe.PaymentIntent.retrieve(intent.id).status == "succeeded"
    assert shop.run("return stripe.retrievePaymentIntent(given)", intent.client_secret) == result

    customer = stripe.Customer.create(payment_method="pm_card_visa")
    saved = stripe.PaymentMethod.list(customer=customer.id, type="card").data[0].id
    page.locator("#cvc input").fill("987")
    options = "{payment_method_options: {card: {cvc}}, receipt_email: 'jenny@example.com'}"
    result, _ = paid(options, customer=customer.id, payment_method=saved)
    assert result["paymentIntent"]["status"] == "succeeded"
    made, used = stripe_tokens.requests[-2:]
    assert (made.token_type, made.params) == ("cvc_update", {"cvc_update": {"cvc": "987"}})
    assert used.params["payment_method_options"]["card"]["cvc_token"].startswith("cvctok_")
    assert paid("{payment_method: 'pm_card_visa'}")[0]["paymentIntent"]["status"] == "succeeded"

    setup = stripe.SetupIntent.create(customer=customer.id)
    result = shop.run("return stripe.confirmCardSetup(given, {payment_method: {card}})", setup.client_secret)
    assert result["setupIntent"]["status"] == "succeeded"
    assert shop.run("return (await stripe.retrieveSetupIntent(given)).setupIntent.id", setup.client_secret) == setup.id

    # The API's errors and a lost connection are results too.
    wrong = intent.client_secret[:-1] + ("a" if intent.client_secret[-1] != "a" else "b")
    result = shop.run("return stripe.retrievePaymentIntent(given)", wrong)
    assert result["error"]["type"] == "invalid_request_error"
    # Chromium itself tries once more on a new connection.
    stripe_tokens.fail_next(exception=ConnectionError, times=2)
    result = shop.run("return stripe.retrievePaymentIntent(given)", intent.client_secret)
    assert result["error"]["type"] == "api_connection_error"
    assert intent.client_secret not in result["error"]["message"]


def test_three_d_secure_is_asked_for_and_decides(shop, stripe_tokens):
    page = shop.open()
    refusal = (
        "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    )
    required = "pm_card_authenticationRequired"
    for button, setup in (("Complete", False), ("Fail", False), ("Complete", True), ("Fail", True)):
        kind = "setup" if setup else "payment"
        intent = stripe.SetupIntent.create() if setup else stripe.PaymentIntent.create(amount=500, currency="usd")
        call = f"stripe.confirmCard{kind.capitalize()}(given, {{payment_method: '{required}'}}"
        result = shop.run(f"return {call}, {{handleActions: false}})", intent.client_secret)
        assert result[f"{kind}Intent"]["status"] == "requires_action"
        shop.page.evaluate(f"(given) => void {call}).then((result) => (window.result = result))", intent.client_secret)
        page.click(f"dialog >> text={button}")
        page.wait_for_function("window.result")
        result = shop.run("const {result} = window; window.result = null; return result")
        kept = type(intent).retrieve(intent.id)
        assert page.locator("dialog").count() == 0
        if button == "Complete":
            assert result[f"{kind}Intent"]["status"] == kept.status == "succeeded"
            continue
        assert kept.status == result["error"][f"{kind}_intent"]["status"] == "requires_payment_method"
        assert result["error"]["code"] == kept[f"last_{kind}_error"].code == f"{kind}_intent_authentication_failure"
        assert result["error"]["message"] == refusal
    # A server that confirms itself hands on what is left to do.
    intent = stripe.PaymentIntent.create(
        amount=500, currency="usd", payment_method=required, confirm=True, confirmation_method="manual"
    )
    page.evaluate(
        "(given) => void stripe.handleCardAction(given).then((result) => (window.result = result))",
        intent.client_secret,
    )
    page.click("#test-source-authorize-3ds")
    page.wait_for_function("window.result")
    assert shop.run("return result.paymentIntent.status") == "requires_confirmation"
    assert stripe.PaymentIntent.confirm(intent.id).status == "succeeded"
    # What the card does once its holder is known.
    intent = stripe.PaymentIntent.create(amount=500, currency="usd")
    card = "{number: '4000008260003178', exp_month: 12, exp_year: 2050}"
    page.evaluate(
        f"(given) => void stripe.confirmCardPayment(given, {{payment_method: {{card: {card}}}}}).then((result) => (window.result = result))",
        intent.client_secret,
    )
    shop.run("window.result = null")
    page.click("#test-source-authorize-3ds")
    page.wait_for_function("window.result")
    error = shop.run("return result.error")
    assert (error["code"], error["decline_code"]) == ("card_declined", "insufficient_funds")


def test_payment_elements(shop, stripe_tokens):
    intent = stripe.PaymentIntent.create(amount=500, currency="usd")
    page = shop.open("<div id=payment></div>")

    def mount(code):
        shop.run(f"window.elements = {code}; elements.create('payment').mount('#payment')", intent.client_secret)
        for name, text in {
            "number": "4242424242424242",
            "expiry": "12/50",
            "cvc": "123",
            "postalCode": "94110",
        }.items():
            page.locator(f"[name={name}]").fill(text)

    mount("stripe.elements({clientSecret: given})")
    assert "return_url" in shop.thrown("stripe.confirmPayment({elements})")
    result = shop.run("return stripe.confirmPayment({elements, redirect: 'if_required'})")
    assert result["paymentIntent"]["status"] == "succeeded"
    billing = stripe.PaymentMethod.retrieve(result["paymentIntent"]["payment_method"]).billing_details
    assert billing.address.postal_code == "94110"

    intent = stripe.SetupIntent.create()
    mount("stripe.elements({mode: 'setup', currency: 'usd'})")
    shop.run("await elements.submit()")
    shop.pages["/thanks"] = "Thank you"
    with page.expect_navigation(url="**/thanks**"):
        page.evaluate(
            "(given) => void stripe.confirmSetup({elements, clientSecret: given, confirmParams: {return_url: location.href + 'thanks?order=6'}})",
            intent.client_secret,
        )
    asked = parse_qs(urlsplit(page.url).query)
    assert asked == {
        "order": ["6"],
        "setup_intent": [intent.id],
        "setup_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    assert stripe.SetupIntent.retrieve(intent.id).status == "succeeded"


def test_what_a_page_does_wrong_is_thrown_and_named(shop):
    shop.open("<div id=card></div>")
    shop.run("window.elements = stripe.elements(); window.card = elements.create('card')")
    for code, told in (
        ("Stripe('sk_test_' + 'x')", "You should not use your secret key with Stripe.js."),
        ("Stripe('rk_test_' + 'x')", "You should not use your secret key with Stripe.js."),
        ("Stripe('pk_live_' + 'x')", "takes test keys only"),
        ("Stripe('')", "You used an empty string."),
        ("Stripe()", "apiKey should be a string."),
        ("elements.create('card')", "Can only create one Element of type card"),
        ("elements.create('iban')", "elements.create('iban') is not in pytest-stripe-tokens' stand-in"),
        ("elements.create('payment')", "pass clientSecret or mode"),
        ("card.mount('#none')", "The selector you specified (#none) applies to no DOM elements"),
        ("card.mount(null)", "Invalid DOM element"),
        ("stripe.createToken(card)", "Please make sure the Element you are attempting to use is still mounted."),
        ("stripe.createToken('sepa', {})", "You must provide a Stripe Element or a valid token type"),
        ("stripe.createPaymentMethod({type: 'card', card: null})", "card should be an Element or an object"),
        ("stripe.createPaymentMethod({type: 'sepa_debit'})", "a payment method of type sepa_debit is not in"),
        ("stripe.confirmCardPayment('pi_1', {})", "a client secret of the form ${id}_secret_${secret}"),
        ("stripe.confirmCardSetup('pi_1_secret_2', {})", "a client secret of the form"),
    ):
        thrown = shop.thrown(code)
        assert thrown is not None, code
        assert thrown.startswith("IntegrationError: "), (code, thrown)
        assert told in thrown, (code, thrown)
    kinds = shop.run("return given.map((name) => [name, typeof stripe[name]])", list(METHODS))
    assert [name for name, kind in kinds if kind != "function"] == []
    # What is not here says so; what is here complains of its arguments, or asks.
    missing = [name for name in METHODS if f"stripe.{name}() is not in" in (shop.thrown(f"stripe.{name}({{}})") or "")]
    assert [name for name in METHODS if name not in missing] == list(HERE)


def test_it_says_what_it_is_and_asks_whom_it_came_from(shop, stripe_tokens):
    shop.open()
    notices = [line for line in shop.console if "stand-in" in line]
    assert notices == [
        f"info: This page uses pytest-stripe-tokens' stand-in of Stripe.js, for tests: it asks {shop.api} and takes no real card."
    ]
    assert shop.run("return Stripe.version") == 3
    shop.open(script="/endive/stripe.js")
    # What @stripe/stripe-js compares with the release that it was made for.
    assert shop.run("return Stripe.version") == "endive"
    shop.run("const again = document.createElement('script'); again.src = given; document.head.append(again); await new Promise((done) => (again.onload = done))", shop.api + "/v3/")  # fmt: skip
    assert "warning: Stripe.js was loaded before" in shop.console[-1]
    shop.run(
        f"const mine = Stripe('pk_test_shop', {{stripeAccount: 'acct_1', apiVersion: '2020-08-27'}}); return mine.createToken('card', {CARD})"
    )
    request = stripe_tokens.requests[-1]
    assert (request.stripe_account, request.headers["stripe-version"]) == ("acct_1", "2020-08-27")
    # A page that names js.stripe.com, as Stripe asks of every page, when the test leads it here.
    shop.page.route(
        "https://js.stripe.com/**",
        lambda route: route.fulfill(
            response=route.fetch(url=route.request.url.replace("https://js.stripe.com", shop.api))
        ),
    )
    shop.open('<script src="https://js.stripe.com/v3/"></script>', script=None)
    token = shop.run(f"return Stripe('pk_test_shop').createToken('card', {CARD})")["token"]
    assert stripe.Token.retrieve(token["id"]).card.last4 == "4242"


def test_a_page_asks_the_api_from_anywhere_and_the_control_paths_from_nowhere(shop, stripe_tokens):
    shop.open()
    asked = """
        const answer = await fetch(given[0], {method: given[1], headers: given[2], body: given[3], mode: given[4] || 'cors'});
        return [answer.type, answer.status, answer.headers.get('Request-Id'), await answer.text()];
    """
    key = {"Authorization": "Bearer pk_test_shop", "Stripe-Version": "2026-10-28.endive"}
    form = {**key, "Content-Type": "application/x-www-form-urlencoded"}
    kind, status, request_id, text = shop.run(
        asked, [f"{shop.api}/v1/tokens", "POST", form, "pii[id_number]=000000000"]
    )
    assert (kind, status, json.loads(text)["type"]) == ("cors", 200, "pii")
    assert re.fullmatch("req_[0-9A-Za-z]{14}", request_id)
    kind, status, *_ = shop.run(asked, [f"{shop.api}/v1/tokens/tok_1", "DELETE", key, None])
    assert (kind, status) == ("cors", 404)

    stripe_tokens.fail_next(code="card_declined", path="/v1/charges")
    for path, method, headers, body, mode in (
        ("requests", "GET", {}, None, "cors"),
        ("reset", "POST", {"Content-Type": "application/json"}, "{}", "cors"),
        ("reset", "POST", {"Content-Type": "text/plain"}, "{}", "cors"),
    ):
        assert "Failed to fetch" in shop.run(
            f"try {{ {asked} }} catch (error) {{ return String(error) }}",
            [f"{shop.api}/_stripe_tokens/{path}", method, headers, body, mode],
        )
    # Sent, but neither done nor shown.
    for path, method in (("requests", "GET"), ("fail_next", "POST")):
        kind, status, *_, text = shop.run(asked, [f"{shop.api}/_stripe_tokens/{path}", method, {}, None, "no-cors"])
        assert (kind, status, text) == ("opaque", 0, "")
    with pytest.raises(stripe.CardError):
        stripe.Charge.create(amount=500, currency="usd", source="tok_visa")
    # A page of the server's own origin is one like another.
    shop.page.goto(f"{shop.api}/v3/")
    assert shop.run("return (await fetch('/_stripe_tokens/requests')).status") == 403


def test_a_page_works_offline_and_no_request_leaves_the_machine(served, launch, stripe_tokens, tmp_path):
    log = tmp_path / "net-log.json"
    browser = launch(f"--log-net-log={log}")
    shop = served.use(browser.new_page())
    page = shop.open("<div id=card></div>")
    shop.run("window.card = stripe.elements().create('card'); card.mount('#card')")
    fill(page)
    assert shop.run("return (await stripe.createToken(card)).token.card.last4") == "4242"
    browser.close()
    ours = {"127.0.0.1"}
    assert {urlsplit(url).hostname for url in shop.asked} == ours
    # The browser's own log, where every job of its network stack is. What a page asks has the page for its initiator,
    # which what Chromium asks Google of its own accord has not; and no connection is tried but to this machine.
    content = json.loads(log.read_text(encoding="utf-8"))
    names = {number: name for name, number in content["constants"]["logEventTypes"].items()}
    events = [(names[event["type"]], event.get("params", {})) for event in content["events"]]
    asked = [params for name, params in events if name == "URL_REQUEST_START_JOB" and "url" in params]
    pages = [params for params in asked if params["initiator"] == shop.url]
    assert {urlsplit(params["url"]).hostname for params in pages} == ours
    assert f"{shop.api}/v1/tokens" in [params["url"] for params in pages]
    tried = [params["address"] for name, params in events if name == "TCP_CONNECT_ATTEMPT" and "address" in params]
    assert {address.rpartition(":")[0] for address in tried} == ours
