"""The addresses of the shop."""

from __future__ import annotations

from django.urls import path

from bookshop import views

urlpatterns = [path("", views.checkout, name="checkout")]
