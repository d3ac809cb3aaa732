from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.ubl import net_price
from tests.finance.ubl.spreading import spread

D = Decimal
amounts = st.decimals("-100000", "100000", places=4)
cents = st.decimals("-100000", "100000", places=2)


def test_three_thirds_of_a_euro():
    assert spread(D("1.00"), [D(1), D(1), D(1)]) == [D("0.34"), D("0.33"), D("0.33")]


def test_nets_of_gross_prices_sum_to_the_base():
    nets = spread(D("8.32"), [D("4.99") / D("1.2"), D("4.99") / D("1.2")])

    assert nets == [D("4.16"), D("4.16")]


def test_a_deduction_among_the_lines_is_not_blown_up():
    assert spread(D("0.02"), [D("100.00"), D("-99.99")]) == [D("100.01"), D("-99.99")]


def test_nothing_stays_nothing():
    assert spread(D("0.01"), [D(0), D("5.005"), D("-5.00")])[0] == 0
    assert spread(D("0.01"), [D(0), D(0)]) == [D("0.01"), D(0)]


@pytest.mark.parametrize(("total", "parts"), [(D("1.005"), [D(1)]), (D(1), [])])
def test_what_cannot_be_spread(total, parts):
    with pytest.raises(ValueError):
        spread(total, parts)


@given(cents, st.lists(amounts, min_size=1, max_size=40))
def test_the_parts_sum_to_the_total_in_cents(total, parts):
    shares = spread(total, parts)

    assert sum(shares) == total
    assert all(share == round(share, 2) for share in shares)
    assert shares == spread(total, parts)


@given(st.lists(st.decimals("0.01", "100000", places=2), min_size=1, max_size=40))
def test_shares_of_a_rounded_sum_are_off_by_less_than_a_cent(gross):
    exact = [each * 100 / 120 for each in gross]
    vat = round(sum(gross) * 20 / 120, 2)

    assert all(
        abs(share - part) < D("0.016") for share, part in zip(spread(sum(gross) - vat, exact), exact, strict=True)
    )


@pytest.mark.parametrize(
    ("net", "quantity", "price", "base_quantity"),
    [
        ("10.00", "4", "2.5", "1"),
        ("1.00", "3", "0.333333", "1"),
        ("-250.00", "-1", "250", "1"),
        ("100.00", "7000000", "100", "7000000"),
        ("0", "0", "0", "1"),
        ("0", "5", "0", "1"),
    ],
)
def test_a_price_gives_the_net_amount_again(net, quantity, price, base_quantity):
    assert net_price(D(net), D(quantity)) == (D(price), D(base_quantity))


@given(cents, st.decimals("0.001", "1000000", places=3))
def test_the_price_by_the_quantity_is_the_net_amount(net, quantity):
    quantity = quantity.copy_sign(net)
    price, base_quantity = net_price(net, quantity)

    assert price >= 0
    assert abs(quantity * price / base_quantity - net) <= D("0.005")


@pytest.mark.parametrize(("net", "quantity"), [("-1", "1"), ("1", "-1"), ("1", "0")])
def test_a_negative_price_is_refused(net, quantity):
    with pytest.raises(ValueError):
        net_price(D(net), D(quantity))
