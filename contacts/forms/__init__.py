"""Forms of people, addresses and accounts."""
