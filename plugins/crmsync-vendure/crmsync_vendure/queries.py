"""The questions put to Vendure's Admin API, each as one GraphQL document."""

LOGIN = """mutation Login($user: String!, $password: String!) {
  login(username: $user, password: $password, rememberMe: true) {
    __typename ... on ErrorResult { errorCode } } }"""

ADDRESS = """fullName company streetLine1 streetLine2 city province postalCode phoneNumber
  country { code } defaultShippingAddress defaultBillingAddress"""

CUSTOMERS = f"""query Customers($options: CustomerListOptions!) {{
  found: customers(options: $options) {{
    items {{ id createdAt updatedAt title firstName lastName emailAddress phoneNumber
      addresses {{ id updatedAt {ADDRESS} }} groups {{ name }} user {{ verified }} }} }} }}"""

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

CREATE = """mutation Create($input: CreateCustomerInput!) { made: createCustomer(input: $input) {
  __typename ... on Customer { id } ... on ErrorResult { errorCode } } }"""

UPDATE = """mutation Update($input: UpdateCustomerInput!) { made: updateCustomer(input: $input) {
  __typename ... on Customer { id } ... on ErrorResult { errorCode } } }"""

ADD_ADDRESS = """mutation AddAddress($customer: ID!, $input: CreateAddressInput!) {
  made: createCustomerAddress(customerId: $customer, input: $input) { id } }"""

UPDATE_ADDRESS = """mutation UpdateAddress($input: UpdateAddressInput!) {
  made: updateCustomerAddress(input: $input) { id } }"""

DELETE_ADDRESS = """mutation DeleteAddress($id: ID!) {
  made: deleteCustomerAddress(id: $id) { success } }"""

DELETE = """mutation Delete($id: ID!) { made: deleteCustomer(id: $id) { result } }"""

GROUPS = """query Groups($options: CustomerGroupListOptions!) {
  found: customerGroups(options: $options) { items { id name } } }"""

CREATE_GROUP = """mutation CreateGroup($input: CreateCustomerGroupInput!) {
  made: createCustomerGroup(input: $input) { id } }"""

JOIN = """mutation Join($group: ID!, $customers: [ID!]!) {
  made: addCustomersToGroup(customerGroupId: $group, customerIds: $customers) { id } }"""

LEAVE = """mutation Leave($group: ID!, $customers: [ID!]!) {
  made: removeCustomersFromGroup(customerGroupId: $group, customerIds: $customers) { id } }"""
