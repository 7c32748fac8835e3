"""From a cassette's file to a replayed answer."""
