"""Changes customers and orders of a running Vendure, independently of the connector under test."""

from typing import Any

import httpx

from .lab import Server

LOGIN = "mutation($u: String!, $p: String!) { login(username: $u, password: $p) { __typename } }"
CREATE = """mutation($input: CreateCustomerInput!) {
  createCustomer(input: $input) { __typename ... on Customer { id } } }"""
ADDRESS = """mutation($id: ID!, $input: CreateAddressInput!) {
  createCustomerAddress(customerId: $id, input: $input) { id } }"""
RENAME = """mutation($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { __typename ... on Customer { id } } }"""
MOVE = "mutation($input: UpdateAddressInput!) { updateCustomerAddress(input: $input) { id } }"
REMOVE_ADDRESS = "mutation($id: ID!) { deleteCustomerAddress(id: $id) { success } }"
NEW_KEY = """mutation($roles: [ID!]!) { createApiKey(input: {
  roleIds: $roles, translations: [{languageCode: de, name: "crmsync"}]}) { apiKey } }"""
ROLES = "{ roles { items { id code } } }"
DELETE = "mutation($id: ID!) { deleteCustomer(id: $id) { result message } }"
FIND = """query($email: String!) { customers(options: {filter: {emailAddress: {eq: $email}}}) {
  items { id createdAt updatedAt firstName lastName addresses { id city updatedAt } } } }"""


class Shopkeeper:
    """One logged-in administrator."""

    def __init__(self, server: Server) -> None:
        self._http = httpx.Client(base_url=server.url, timeout=60)
        answer = self._post(LOGIN, {"u": server.user, "p": server.password})
        token = answer.headers["vendure-auth-token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of one request; errors, also those inside a union, raise."""
        answer = self._post(document, variables).json()
        if "errors" in answer:
            raise RuntimeError(str(answer["errors"])[:800])
        data: dict[str, Any] = answer["data"]
        for value in data.values():
            if isinstance(value, dict) and "Error" in value.get("__typename", ""):
                raise RuntimeError(str(value)[:800])
        return data

    def _post(self, document: str, variables: dict[str, Any]) -> httpx.Response:
        body = {"query": document, "variables": variables}
        return self._http.post("/admin-api", json=body)

    def create(self, **values: Any) -> str:
        """The id of a new customer."""
        number: str = self.ask(CREATE, input=values)["createCustomer"]["id"]
        return number

    def add_address(self, customer: str, **values: Any) -> str:
        """The id of a new address of a customer."""
        number: str = self.ask(ADDRESS, id=customer, input=values)["createCustomerAddress"]["id"]
        return number

    def customer(self, email: str) -> dict[str, Any]:
        """The customer with this e-mail address, as the shop shows it."""
        (found,) = self.ask(FIND, email=email)["customers"]["items"]
        shown: dict[str, Any] = found
        return shown

    def change(self, customer: str, **values: Any) -> None:
        """Change fields of the customer itself."""
        self.ask(RENAME, input={"id": customer, **values})

    def move(self, email: str, **values: Any) -> None:
        """Change only the first address of a customer."""
        address = self.customer(email)["addresses"][0]["id"]
        self.ask(MOVE, input={"id": address, **values})

    def remove_address(self, address: str) -> None:
        """Remove one address of a customer."""
        self.ask(REMOVE_ADDRESS, id=address)

    def new_api_key(self) -> str:
        """A key with every right."""
        roles = self.ask(ROLES)["roles"]["items"]
        all_rights = [role["id"] for role in roles if "super_admin" in role["code"]]
        key: str = self.ask(NEW_KEY, roles=all_rights)["createApiKey"]["apiKey"]
        return key

    def delete(self, customer: str) -> None:
        """Delete a customer the way the admin interface does."""
        self.ask(DELETE, id=customer)
