"""The forms of onboarding: Stripe.js makes the tokens in the browser, so that no personal data comes to this server."""

from __future__ import annotations

from django import forms

from sellers.models import Seller


class SignUpForm(forms.ModelForm):
    account_token = forms.CharField()

    class Meta:
        model = Seller
        fields = ("shop",)


class TokenForm(forms.Form):
    token = forms.CharField()
