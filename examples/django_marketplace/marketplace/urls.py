"""The marketplace's addresses."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("sellers/", include("sellers.urls"))]
