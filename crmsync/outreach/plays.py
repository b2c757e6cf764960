"""The plays crmsync brings."""

from __future__ import annotations

from crmsync.model.play import Play

LATE_DELIVERY_APOLOGY = Play(
    name="late-delivery-apology",
    audience="late-deliveries",
    channels=("email", "letter"),
    template="late-delivery-apology",
    message_class="service",
    priority=90,
    why=(
        "Bestellung {{ order_number or order }}: zugesagt {{ promised_on }}, "
        "{% if case == 'delivered_late' %}geliefert {{ delivered_on }}"
        "{% elif case == 'shipped_late' %}erst verschickt {{ shipped_on }}"
        "{% else %}noch nicht geliefert{% endif %}, {{ days_late | days }} zu spät "
        "(Beleg: {{ evidence }})"
    ),
    valid_days=7,
    locks_adverts=True,
)
FIRST_ORDER_FOLLOW_UP = Play(
    name="first-order-follow-up",
    audience="first-orders",
    channels=("email", "letter"),
    template="first-order-follow-up",
    message_class="advert",
    priority=50,
    why="erster Einkauf am {{ ordered_on }}",
)
WIN_BACK = Play(
    name="win-back",
    audience="silent-regulars",
    channels=("email", "letter"),
    template="win-back",
    message_class="advert",
    priority=30,
    why=(
        "{{ silent_days | days }} ohne Einkauf (zuletzt am {{ last_order_on }}"
        "{% if cadence_days %}, sonst etwa alle {{ cadence_days | days }}{% endif %})"
    ),
)

BUILT_IN = (LATE_DELIVERY_APOLOGY, FIRST_ORDER_FOLLOW_UP, WIN_BACK)
