"""Pages and deeds of people, addresses and accounts."""
