"""Fill a fresh shop with customers and orders, only through its public API."""

from typing import Any

from .vendure_shopkeeper import Shopkeeper

PEOPLE = [
    ("Frau", "Ayşe", "Öztürk"),
    ("Herr", "Jürgen", "Mueller"),
    ("Dr.", "Ursula", "von der Weißenberg-Müller"),
    ("Frau", "Käthe", "Straßer"),
    ("", "Zoë", "Groß"),
    ("Herr", "Mehmet", "Yılmaz"),
    ("Frau", "Anneliese", "Jäger"),
    ("Herr Prof. Dr.", "Björn", "Schäfer"),
    ("Herr", "Łukasz", "Wróbel"),
    ("Frau", "Renée", "Dubois"),
    ("Herr", "Heinz-Peter", "Schmidt"),
    ("Graf", "Otto", "zu Stolberg"),
    ("Herr", "Sören", "Weiß"),
    ("Frau Dr.", "Ilse", "Brandt"),
    ("Herr", "Günter", "Maier"),
    ("Herr", "Gunter", "Meyer"),
    ("Frau", "Sabine", "Müller"),
    ("Frau", "Sabine", "Mueller"),
    ("Herr", "Thomas", "Fuß"),
    ("Frau", "Petra", "Sommer"),
]
CITIES = [("50667", "Köln"), ("80331", "München"), ("10437", "Berlin"), ("20354", "Hamburg")]

VARIANTS = "{ productVariants(options: {sort: {sku: ASC}}) { items { id sku } } }"
DRAFT = "mutation { createDraftOrder { id } }"
ITEM = """mutation($order: ID!, $variant: ID!, $quantity: Int!) {
  addItemToDraftOrder(orderId: $order, input: {productVariantId: $variant, quantity: $quantity})
  { __typename ... on Order { id } } }"""
BUYER = """mutation($order: ID!, $customer: ID!) {
  setCustomerForDraftOrder(orderId: $order, customerId: $customer)
  { __typename ... on Order { id } } }"""
SHIP_TO = """mutation($order: ID!, $input: CreateAddressInput!) {
  setDraftOrderShippingAddress(orderId: $order, input: $input) { id } }"""
METHODS = "query($order: ID!) { eligibleShippingMethodsForDraftOrder(orderId: $order) { id } }"
METHOD = """mutation($order: ID!, $method: ID!) {
  setDraftOrderShippingMethod(orderId: $order, shippingMethodId: $method)
  { __typename ... on Order { id } } }"""
STATE = """mutation($order: ID!, $state: String!) {
  transitionOrderToState(id: $order, state: $state) { __typename ... on Order { id state }
  ... on OrderStateTransitionError { transitionError } } }"""
PAY = """mutation($order: ID!) { addManualPaymentToOrder(input:
  {orderId: $order, method: "rechnung", transactionId: "t", metadata: {}})
  { __typename ... on Order { id state lines { id quantity } payments { id } } } }"""
FULFIL = """mutation($lines: [OrderLineInput!]!) {
  addFulfillmentToOrder(input: {lines: $lines, handler: {code: "manual-fulfillment", arguments: [
    {name: "method", value: "DHL"}, {name: "trackingCode", value: "JJD0001"}]}})
  { __typename ... on Fulfillment { id } } }"""
PROGRESS = """mutation($id: ID!, $state: String!) {
  transitionFulfillmentToState(id: $id, state: $state) { __typename ... on Fulfillment { id } } }"""
CANCEL = """mutation($order: ID!) { cancelOrder(input: {orderId: $order, reason: "storniert"})
  { __typename ... on Order { id } } }"""
REFUND = """mutation($payment: ID!, $lines: [OrderLineInput!]!) {
  refundOrder(input: {paymentId: $payment, lines: $lines, shipping: 0, adjustment: 0,
    reason: "Flasche zerbrochen"}) { __typename ... on Refund { id state total } } }"""


def fill(shop: Shopkeeper) -> None:
    """Customers with addresses, and orders in all states a shop knows."""
    customers = [_customer(shop, at) for at in range(len(PEOPLE))]
    variants = [item["id"] for item in shop.ask(VARIANTS)["productVariants"]["items"]]
    for at in range(24):
        _order(shop, at, customer=customers[at % 14], variants=variants)


def _customer(shop: Shopkeeper, at: int) -> str:
    title, given, family = PEOPLE[at]
    number = shop.create(
        title=title,
        firstName=given,
        lastName=family,
        emailAddress=f"kunde{at}@example.com",
        phoneNumber=f"0221 88{at:04}" if at % 5 else None,
    )
    shop.add_address(number, **_address(at), defaultShippingAddress=True)
    if at % 4 == 0:
        shop.add_address(number, **_address(at + 1), company="Weinhandel Krüger GmbH")
    return number


def _address(at: int) -> dict[str, Any]:
    _, given, family = PEOPLE[at % len(PEOPLE)]
    postal, city = CITIES[at % 4]
    street = {"streetLine1": f"Hauptstraße {at + 1}", "city": city, "postalCode": postal}
    return {"fullName": f"{given} {family}", "countryCode": "DE", **street}


def _order(shop: Shopkeeper, at: int, *, customer: str, variants: list[str]) -> None:
    order = shop.ask(DRAFT)["createDraftOrder"]["id"]
    for step in range(1 + at % 3):
        variant = variants[(at + step) % len(variants)]
        shop.ask(ITEM, order=order, variant=variant, quantity=1 + at % 4)
    shop.ask(BUYER, order=order, customer=customer)
    shop.ask(SHIP_TO, order=order, input=_address(at))
    (method, *_) = shop.ask(METHODS, order=order)["eligibleShippingMethodsForDraftOrder"]
    shop.ask(METHOD, order=order, method=method["id"])
    if at % 8 == 7:
        return  # stays a draft
    shop.ask(STATE, order=order, state="ArrangingPayment")
    placed = shop.ask(PAY, order=order)["addManualPaymentToOrder"]
    _after_payment(shop, at, placed)


def _after_payment(shop: Shopkeeper, at: int, order: dict[str, Any]) -> None:
    lines = [{"orderLineId": line["id"], "quantity": line["quantity"]} for line in order["lines"]]
    if at % 8 == 6:
        shop.ask(CANCEL, order=order["id"])
    elif at % 2 == 0:
        parcel = shop.ask(FULFIL, lines=lines)["addFulfillmentToOrder"]["id"]
        for state in ("Shipped", "Delivered")[: 1 + at % 4 // 2]:
            shop.ask(PROGRESS, id=parcel, state=state)
    if at % 8 == 4:
        one = [{"orderLineId": lines[0]["orderLineId"], "quantity": 1}]
        shop.ask(REFUND, payment=order["payments"][0]["id"], lines=one)
