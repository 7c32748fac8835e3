"""What is secret, and how it is taken out of what is stored and of what is shown."""
