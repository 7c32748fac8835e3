"""The facts that the simulator rests on, as a table, and their trial against Stripe's test mode."""
