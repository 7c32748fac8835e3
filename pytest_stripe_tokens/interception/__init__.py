"""Between HTTP clients and Stripe's hosts: the only importer of clients and of vcrpy's inner parts."""
