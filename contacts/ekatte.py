"""The code of a settlement in the official register (EKATTE): four digits and a check digit."""

import re


def check_ekatte(code: str) -> bool:
    """Whether the code has five digits of which the last is the check digit of the other four."""
    if not re.fullmatch("[0-9]{5}", code):
        return False
    digits = [int(digit) for digit in code]
    rest = sum(digit * weight for weight, digit in enumerate(digits[:4], start=1)) % 11
    if rest == 10:
        rest = sum(digit * weight for weight, digit in enumerate(digits[:4], start=3)) % 11 % 10
    return rest == digits[4]
