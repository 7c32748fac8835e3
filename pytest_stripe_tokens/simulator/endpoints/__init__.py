"""What each endpoint does: one module for each of Stripe's resources, one small function for each endpoint."""
