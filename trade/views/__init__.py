"""Pages of articles, price lists and conditions."""
