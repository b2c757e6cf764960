"""authorize: somebody consents in a browser, and the connection has its tokens."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlsplit

import click

from crmsync.cli import screen
from crmsync.engine.calls import blamed
from crmsync.engine.project import connect
from crmsync.errors import ConfigError, CredentialsError
from crmsync.hookspecs import Authorizes


@click.command()
@click.argument("connection")
@click.pass_context
def authorize(ctx: click.Context, connection: str) -> int:
    """Let somebody consent, in a browser, to what a connection may do (OAuth).

    Prints the address at which he does, and asks for the one at which his browser ends.
    """
    with screen.project(ctx) as project:
        connector = connect(project, connection)
        try:
            if not isinstance(connector, Authorizes):
                raise ConfigError(
                    f"the connector '{connector.name}' asks nobody in a browser.",
                    hint="The settings of the connection say what proves who asks.",
                )
            _consent(connector, connector.name)
        finally:
            connector.close()
    click.echo(f"{connection} is authorized.")
    return 0


def _consent(connector: Authorizes, name: str) -> None:
    state = secrets.token_urlsafe(24)
    with blamed(name, "asking for consent"):
        link = connector.authorize_link(state)
    click.echo(f"Open this address, and consent:\n\n{link}\n")
    ended = click.prompt("The address at which the browser ended", prompt_suffix=":\n", type=str)
    code = code_of(ended, state)
    with blamed(name, "being authorized"):
        connector.authorize(code)


def code_of(address: str, state: str) -> str:
    """The code in the address at which a browser ended (RFC 6749, 4.1.2); CredentialsError else."""
    told = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    if "error" in told:
        raise CredentialsError("the backend says that consent was not given.", hint=AGAIN)
    if not told.get("code"):
        raise CredentialsError("this address holds no code.", hint=WHOLE)
    if told.get("state") != state:
        raise CredentialsError("this address belongs to another attempt.", hint=AGAIN)
    return told["code"]


AGAIN = "Run `crmsync authorize` again, and open the address that it prints."
WHOLE = "Copy the whole address out of the browser, although the page may be an error."
