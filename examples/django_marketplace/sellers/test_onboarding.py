"""Onboarding's tests: Django's own test case and client, with Stripe answered offline."""

from __future__ import annotations

from unittest import mock

import pytest
from django.test import TestCase
from django.urls import reverse

from pytest_stripe_tokens import TEST_BANK_ACCOUNTS, TEST_CARDS
from sellers.models import Seller

COMPANY = {"business_type": "company", "individual": None, "company": {"name": "Mugs & Co"}}


@pytest.mark.stripe_tokens
class OnboardingTestCase(TestCase):
    @pytest.fixture(autouse=True)
    def _stripe(self, stripe_tokens):
        self.stripe = stripe_tokens

    def sign_up(self, shop="Mugs", account_token=None):
        token = account_token or self.stripe.create("account", **COMPANY)
        return self.client.post(reverse("sign-up"), {"shop": shop, "account_token": token})

    def signed_up(self):
        self.sign_up()
        return Seller.objects.get()

    def assert_refused(self, answer, message, status=400):
        assert answer.status_code == status
        self.assertFormError(answer.context["form"], None, message)


class SignUpTests(OnboardingTestCase):
    @pytest.mark.stripe_tokens(cassette="sellers/sign_up")
    def test_a_shop_gets_a_connected_account(self):
        answer = self.sign_up()
        seller = Seller.objects.get()
        self.assertRedirects(answer, seller.get_absolute_url())
        assert seller.account.startswith("acct_")
        asked = self.stripe.requests[-1].params
        assert (asked["type"], asked["business_profile"]) == ("custom", {"name": "Mugs"})

    @pytest.mark.stripe_tokens(cassette="sellers/signed_up_twice")
    def test_a_form_that_was_already_sent_opens_no_second_account(self):
        token = self.stripe.create("account")
        self.sign_up("Mugs", token)
        answer = self.sign_up("Mugs too", token)
        self.assert_refused(answer, "This form was already sent, please fill it in again.")
        assert Seller.objects.count() == 1

    @pytest.mark.stripe_tokens(cassette="sellers/signed_up_with_a_person")
    def test_a_persons_token_opens_no_account(self):
        answer = self.sign_up(account_token=self.stripe.create("person"))
        self.assert_refused(answer, "This can't be used here, please fill the form in again.")
        assert not Seller.objects.exists()

    def test_a_name_that_is_taken_never_reaches_stripe(self):
        self.sign_up()
        asked = len(self.stripe.requests)
        answer = self.client.post(reverse("sign-up"), {"shop": "Mugs", "account_token": "ct_other"})
        self.assertFormError(answer.context["form"], "shop", "Seller with this Shop already exists.")
        assert len(self.stripe.requests) == asked

    def test_an_outage_keeps_the_token_for_another_try(self):
        for failure in ({"status": 429}, {"status": 500}, {"exception": ConnectionError}):
            with self.subTest(**failure):
                token = self.stripe.create("account")
                # stripe-python tries twice more on its own, after a pause each.
                self.stripe.fail_next(**failure, times=3)
                with mock.patch("time.sleep"):
                    answer = self.sign_up(str(failure), token)
                self.assert_refused(answer, "Sign-up is not possible just now, please try again.", status=503)
                assert not self.stripe.tokens[token.id].used


class OwnerTests(OnboardingTestCase):
    @pytest.mark.stripe_tokens(cassette="sellers/owner")
    def test_the_owner_is_known_by_a_persons_token(self):
        seller = self.signed_up()
        token = self.stripe.create("person")
        answer = self.client.post(reverse("owner", args=[seller.pk]), {"token": token}, follow=True)
        self.assertContains(answer, "Owner: known")
        seller.refresh_from_db()
        assert seller.owner.startswith("person_")

    def test_one_token_names_one_owner(self):
        seller = self.signed_up()
        url, form = reverse("owner", args=[seller.pk]), {"token": self.stripe.create("person")}
        self.client.post(url, form)
        self.assert_refused(self.client.post(url, form), "This form was already sent, please fill it in again.")


class PayoutTests(OnboardingTestCase):
    def pay_out_to(self, token, seller=None):
        seller = seller or self.signed_up()
        return self.client.post(reverse("payouts", args=[seller.pk]), {"token": token}, follow=True)

    @pytest.mark.stripe_tokens(cassette="sellers/payouts")
    def test_payouts_go_to_a_bank_account(self):
        answer = self.pay_out_to(self.stripe.create("bank_account"))
        self.assertContains(answer, "Payouts go to: STRIPE TEST BANK ending in 6789")

    def test_payouts_go_to_a_german_bank_account(self):
        answer = self.pay_out_to(self.stripe.create("bank_account", **TEST_BANK_ACCOUNTS["DE"]))
        self.assertContains(answer, "ending in 3000")

    def test_payouts_go_to_a_debit_card(self):
        answer = self.pay_out_to(self.stripe.create("card", **TEST_CARDS["US_payout"]))
        self.assertContains(answer, "Payouts go to: Visa card ending in 5556")

    @pytest.mark.stripe_tokens(cassette="sellers/payouts_to_a_credit_card")
    def test_payouts_go_to_no_credit_card(self):
        answer = self.pay_out_to(self.stripe.create("card", currency="usd"))
        self.assert_refused(answer, "Payouts go to bank accounts and debit cards only.")

    def test_a_declined_debit_card_says_why(self):
        seller, token = self.signed_up(), self.stripe.create("card", **TEST_CARDS["US_payout"])
        self.stripe.fail_next(code="card_declined", message="Your card was declined.")
        self.assert_refused(self.pay_out_to(token, seller), "Your card was declined.")
        seller.refresh_from_db()
        assert seller.payouts_to == ""
