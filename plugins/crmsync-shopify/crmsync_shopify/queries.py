"""The questions put to Shopify's Admin API, each as one GraphQL document, checked by its schema.

A record is asked for in pages and by bulk operation alike. A bulk operation takes no connection
within a list, so that the lines of refunds are asked for afterwards.
"""

from __future__ import annotations

from crmsync_shopify.settings import ShopifySettings

INFO = "pageInfo { hasNextPage endCursor }"
MONEY = "{ shopMoney { amount } }"

ADDRESS = "id name company address1 address2 zip city province countryCodeV2"
EMAIL = """defaultEmailAddress { emailAddress marketingState marketingOptInLevel marketingUpdatedAt
    sourceLocation { id } }"""
PHONE = """defaultPhoneNumber { phoneNumber
    smsMarketingConsent { state optInLevel updatedAt sourceLocation { id } } }"""
LINE = f"""id sku title variantTitle quantity vendor isGiftCard originalTotalSet {MONEY}
    discountAllocations {{ allocatedAmountSet {MONEY} }} taxLines {{ ratePercentage }}
    product {{ productType }} variant {{ id barcode }}"""
REFUND_LINE = f"quantity subtotalSet {MONEY} totalTaxSet {MONEY} lineItem {{ id }}"
PROMISE = "id status fulfillBy deliveryMethod { methodType maxDeliveryDateTime }"
VARIANT = "id sku barcode title"
COST = "inventoryItem { unitCost { amount currencyCode } }"

CONNECTIONS = ("addressesV2", "lineItems", "fulfillmentOrders", "variants")
"""The connections within our records."""


class Queries:
    """The documents for one connection's settings."""

    def __init__(self, own: ShopifySettings) -> None:
        self._own = own

    def address(self) -> str:
        """What is asked of an address."""
        return f"{ADDRESS} phone" if self._own.phones else ADDRESS

    def phone(self) -> str:
        """What is asked of a customer's phone, and of what he said to SMS."""
        return PHONE if self._own.phones else ""

    def metafields(self) -> str:
        """The metafields that hold our fields, under names of ours."""
        found = []
        for ours, path in sorted(self._own.metafields.items()):
            namespace, _, key = path.rpartition(".")
            found.append(f'meta_{ours}: metafield(namespace: "{namespace}", key: "{key}") '
                         "{ value compareDigest }")  # fmt: skip
        return " ".join(found)

    def customer(self, *, bulk: bool = False) -> str:
        """What is asked of a customer."""
        companies = "companyContactProfiles { company { name } }" if self._own.companies else ""
        addresses = many("addressesV2", self.address(), size=10, bulk=bulk)
        return f"""id createdAt updatedAt firstName lastName locale tags verifiedEmail
    {EMAIL} {self.phone()} defaultAddress {{ id }} {companies} {addresses} {self.metafields()}"""

    def order(self, *, bulk: bool = False) -> str:
        """What is asked of an order."""
        promises = many("fulfillmentOrders", PROMISE, size=5, bulk=bulk)
        rows = "" if bulk else many("refundLineItems", REFUND_LINE, size=10, bulk=False)
        return f"""id name createdAt updatedAt processedAt cancelledAt closedAt test currencyCode
    taxesIncluded sourceName email {"phone" if self._own.phones else ""}
    displayFulfillmentStatus customer {{ id }}
    retailLocation {{ id }} shippingLine {{ discountedPriceSet {MONEY} }}
    billingAddress {{ {self.address()} }} shippingAddress {{ {self.address()} }}
    {many("lineItems", LINE, size=10, bulk=bulk)}
    fulfillments {{ id status createdAt inTransitAt deliveredAt estimatedDeliveryAt
      trackingInfo {{ company }} }}
    {promises if self._own.promises else ""}
    refunds {{ id processedAt note totalRefundedSet {MONEY} {rows} }}"""

    def variant(self) -> str:
        """What is asked of a variant."""
        return f"{VARIANT} {COST}" if self._own.costs else VARIANT

    def product(self, *, bulk: bool = False) -> str:
        """What is asked of a product."""
        variants = many("variants", self.variant(), size=25, bulk=bulk)
        return f"id title vendor productType updatedAt category {{ fullName }} {variants}"

    def fields(self, stream: str, *, bulk: bool = False) -> str:
        """What is asked of a record of a stream."""
        return {"customers": self.customer, "orders": self.order,
                "products": self.product}[stream](bulk=bulk)  # fmt: skip

    def pages(self, stream: str) -> str:
        """The document for a page of what matches `$query`."""
        kind = KINDS[stream]
        return f"""query {kind}s($first: Int!, $after: String, $query: String,
    $sortKey: {kind}SortKeys, $reverse: Boolean) {{
  found: {stream}(first: $first, after: $after, query: $query, sortKey: $sortKey,
      reverse: $reverse) {{ nodes {{ {self.fields(stream)} }} {INFO} }} }}"""

    def bulk(self, stream: str) -> str:
        """The question that a bulk operation answers."""
        fields = self.fields(stream, bulk=True)
        return f"{{ {stream} {{ edges {{ node {{ {fields} }} }} }} }}"

    def some(self, stream: str) -> str:
        """The document for the records of these ids."""
        kind = KINDS[stream]
        return f"""query {kind}sById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on {kind} {{ {self.fields(stream)} }} }} }}"""

    def within(self, stream: str, connection: str) -> str:
        """The document for the next part of a connection within one record."""
        kind = KINDS[stream]
        fields = {"addressesV2": self.address(), "lineItems": LINE, "fulfillmentOrders": PROMISE,
                  "variants": self.variant()}[connection]  # fmt: skip
        return f"""query {kind}Rest($id: ID!, $after: String!) {{
  node(id: $id) {{ ... on {kind} {{ {connection}(first: 100, after: $after) {{
    nodes {{ {fields} }} {INFO} }} }} }} }}"""

    def held(self) -> str:
        """The document for what is looked at before a customer is changed."""
        return f"""query Held($id: ID!) {{ customer(id: $id) {{
  id defaultAddress {{ id }} {EMAIL} {self.phone()} {self.metafields()} }} }}"""


def many(name: str, fields: str, *, size: int, bulk: bool) -> str:
    """A connection within a record: a bulk operation knows no sizes, and reads all of it."""
    if bulk:
        return f"{name} {{ edges {{ node {{ {fields} }} }} }}"
    return f"{name}(first: {size}) {{ nodes {{ {fields} }} {INFO} }}"


KINDS = {"customers": "Customer", "orders": "Order", "products": "Product"}

CLOCK = "query Clock { shop { id } }"
CHECK = """query Check { shop { id currencyCode } customers(first: 1) { nodes { id } }
  orders(first: 1) { nodes { id } } products(first: 1) { nodes { id } }
  locations(first: 1) { nodes { id } } }"""
LOCATIONS = f"""query Locations($first: Int!, $after: String) {{
  found: locations(first: $first, after: $after, includeInactive: true, includeLegacy: true) {{
    nodes {{ id name isActive address {{ zip city countryCode }} }} {INFO} }} }}"""
CUSTOMER_IDS = f"""query CustomerIds($first: Int!, $after: String) {{
  found: customers(first: $first, after: $after, sortKey: ID) {{ nodes {{ id }} {INFO} }} }}"""
ORDER_IDS = f"""query OrderIds($first: Int!, $after: String) {{
  found: orders(first: $first, after: $after, sortKey: ID) {{ nodes {{ id }} {INFO} }} }}"""
REFUND_LINES = f"""query RefundRest($id: ID!, $after: String!) {{ refund(id: $id) {{
  refundLineItems(first: 100, after: $after) {{ nodes {{ {REFUND_LINE} }} {INFO} }} }} }}"""

BULK_RUN = """mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id } userErrors { field message code } } }"""
BULK_LOOK = """query BulkLook($id: ID!) { bulkOperation(id: $id) {
  id status errorCode objectCount url partialDataUrl } }"""

LOOK = """query Look($identifier: CustomerIdentifierInput!) {
  customerByIdentifier(identifier: $identifier) { id } }"""
CREATE = """mutation Create($input: CustomerInput!) {
  customerCreate(input: $input) { customer { id updatedAt } userErrors { field message } } }"""
UPDATE = """mutation Update($input: CustomerInput!) {
  customerUpdate(input: $input) { customer { id updatedAt } userErrors { field message } } }"""
ADDRESS_NEW = """mutation AddressNew($customer: ID!, $address: MailingAddressInput!) {
  customerAddressCreate(customerId: $customer, address: $address, setAsDefault: true) {
    address { id } userErrors { field message } } }"""
ADDRESS_CHANGE = """mutation AddressChange($customer: ID!, $id: ID!,
    $address: MailingAddressInput!) {
  customerAddressUpdate(customerId: $customer, addressId: $id, address: $address) {
    address { id } userErrors { field message } } }"""
META_SET = """mutation MetaSet($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { id } userErrors { field message code } } }"""
META_DELETE = """mutation MetaDelete($metafields: [MetafieldIdentifierInput!]!) {
  metafieldsDelete(metafields: $metafields) {
    deletedMetafields { key } userErrors { field message } } }"""
EMAIL_CONSENT = """mutation EmailConsent($input: CustomerEmailMarketingConsentUpdateInput!) {
  customerEmailMarketingConsentUpdate(input: $input) {
    customer { id } userErrors { field message code } } }"""
SMS_CONSENT = """mutation SmsConsent($input: CustomerSmsMarketingConsentUpdateInput!) {
  customerSmsMarketingConsentUpdate(input: $input) {
    customer { id } userErrors { field message code } } }"""
TAGS_ADD = """mutation TagsAdd($id: ID!, $tags: [String!]!) {
  tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } } }"""
TAGS_REMOVE = """mutation TagsRemove($id: ID!, $tags: [String!]!) {
  tagsRemove(id: $id, tags: $tags) { node { id } userErrors { field message } } }"""
ERASE = """mutation Erase($id: ID!) { customerRequestDataErasure(customerId: $id) {
  customerId userErrors { field message code } } }"""
DOCUMENTS = {name: told for name, told in vars().items()
             if isinstance(told, str) and told.startswith(("query ", "mutation "))}  # fmt: skip
"""Every document that no setting changes, by its name."""
