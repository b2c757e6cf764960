"""Mailchimp for crmsync."""

from crmsync_mailchimp.connector import Mailchimp

__all__ = ["Mailchimp"]
