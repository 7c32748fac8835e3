"""Create the table of sellers."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Seller",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop", models.CharField(max_length=80, unique=True)),
                ("account", models.CharField(max_length=64, unique=True, verbose_name="connected account")),
                ("owner", models.CharField(blank=True, max_length=64, verbose_name="owner's person id")),
                ("payouts_to", models.CharField(blank=True, max_length=80)),
            ],
        ),
    )
