"""The marketplace: settings and addresses."""
