"""The connector "mailbox": who wrote to us and whom we answered, out of a mailbox (IMAP)."""

from crmsync.connectors.mailbox.connector import MailboxConnector
from crmsync.connectors.mailbox.settings import MailboxSettings

__all__ = ["MailboxConnector", "MailboxSettings"]
