"""What is known of Stripe: requests and answers as plain data, forms, token types, test values, schemas."""
