"""What the marketplace keeps of a seller: never a name, an id number or a bank account, for Stripe keeps those."""

from __future__ import annotations

from django.db import models
from django.urls import reverse


class Seller(models.Model):
    shop = models.CharField(max_length=80, unique=True)
    account = models.CharField("connected account", max_length=64, unique=True)
    owner = models.CharField("owner's person id", max_length=64, blank=True)
    payouts_to = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.shop

    def get_absolute_url(self) -> str:
        return reverse("seller", args=[self.pk])
