"""The questions put to Vendure's Admin API, each as one GraphQL document."""

LOGIN = """mutation Login($user: String!, $password: String!) {
  login(username: $user, password: $password, rememberMe: true) {
    __typename ... on ErrorResult { errorCode } } }"""

ADDRESS = """fullName company streetLine1 streetLine2 city province postalCode phoneNumber
  country { code } defaultShippingAddress defaultBillingAddress"""

CUSTOMERS = f"""query Customers($options: CustomerListOptions!) {{
  found: customers(options: $options) {{
    items {{ id createdAt title firstName lastName emailAddress phoneNumber
      addresses {{ id {ADDRESS} }} groups {{ name }} user {{ verified }} }} }} }}"""

ADDRESS_STAMPS = """query AddressStamps($options: CustomerListOptions!) {
  found: customers(options: $options) { items { id addresses { updatedAt }
    history(options: {sort: {createdAt: DESC}, take: 1}) { items { createdAt } } } } }"""

CUSTOMER_IDS = """query CustomerIds($options: CustomerListOptions!) {
  found: customers(options: $options) { items { id } } }"""

ORDERS = """query Orders($options: OrderListOptions!) { found: orders(options: $options) {
  items { id code state orderPlacedAt currencyCode shippingWithTax customer { id }
    lines { id quantity linePriceWithTax proratedLinePriceWithTax proratedUnitPriceWithTax taxRate
      productVariant { sku name } }
    fulfillments { id state method }
    payments { refunds { id state total reason createdAt lines { orderLineId quantity } } }
    history(options: {filter: {type: {eq: "ORDER_FULFILLMENT_TRANSITION"}}, take: 100}) {
      items { createdAt data } } } } }"""

ORDER_IDS = """query OrderIds($options: OrderListOptions!) {
  found: orders(options: $options) { items { id } } }"""

PRODUCTS = """query Products($options: ProductVariantListOptions!) {
  found: productVariants(options: $options) { items { id sku name
    facetValues { name facet { code } }
    product { facetValues { name facet { code } } collections { breadcrumbs { name } } } } } }"""

PING = "query Ping { __typename }"
RIGHTS = """query Rights { customers(options: {take: 1}) { totalItems }
  orders(options: {take: 1}) { totalItems } productVariants(options: {take: 1}) { totalItems } }"""
