"""What pages cost, as multiples of the emptiest page and of a bare Django page served in the same run."""
