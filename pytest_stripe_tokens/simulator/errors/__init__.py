"""The API's refusals: a table of rows for each kind, and how a row becomes an answer."""
