"""WooCommerce for crmsync."""

from crmsync_woocommerce.connector import WooCommerce

__all__ = ["WooCommerce"]
