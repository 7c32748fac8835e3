"""From a live answer to a new cassette, and to the report of a recording run."""
