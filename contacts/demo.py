"""Demonstration data of people, addresses and accounts."""
