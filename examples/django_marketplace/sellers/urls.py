"""The sellers' addresses: sign up, then hand in the owner and where payouts go."""

from __future__ import annotations

from django.urls import path

from sellers import views

urlpatterns = [
    path("", views.SignUp.as_view(), name="sign-up"),
    path("<int:pk>/", views.Shop.as_view(), name="seller"),
    path("<int:pk>/owner/", views.Owner.as_view(), name="owner"),
    path("<int:pk>/payouts/", views.Payouts.as_view(), name="payouts"),
]
