"""The pages of onboarding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect
from django.views.generic import DetailView, FormView

from sellers import onboarding
from sellers.forms import SignUpForm, TokenForm
from sellers.models import Seller

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpResponse


class Shop(DetailView):
    model = Seller


class _StripeForm(FormView):
    """A form that Stripe may refuse: what it says is shown beside the form."""

    template_name = "sellers/form.html"
    form_class = TokenForm

    def save(self, form: forms.Form) -> Seller:
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            return redirect(self.save(form))
        except onboarding.RefusedError as error:
            form.add_error(None, str(error))
            status = 503 if isinstance(error, onboarding.UnavailableError) else 400
            return self.render_to_response(self.get_context_data(form=form), status=status)


class SignUp(_StripeForm):
    form_class = SignUpForm

    def save(self, form: SignUpForm) -> Seller:
        form.instance.account = onboarding.open_account(form.instance.shop, form.cleaned_data["account_token"])
        return form.save()


class Owner(_StripeForm):
    def save(self, form: TokenForm) -> Seller:
        seller = get_object_or_404(Seller, pk=self.kwargs["pk"])
        seller.owner = onboarding.add_owner(seller, form.cleaned_data["token"])
        seller.save()
        return seller


class Payouts(_StripeForm):
    def save(self, form: TokenForm) -> Seller:
        seller = get_object_or_404(Seller, pk=self.kwargs["pk"])
        seller.payouts_to = onboarding.add_payout_account(seller, form.cleaned_data["token"])
        seller.save()
        return seller
