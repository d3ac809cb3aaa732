"""Forms of articles, price lists and conditions."""
