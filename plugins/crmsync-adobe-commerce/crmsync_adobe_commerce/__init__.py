"""Adobe Commerce and Magento 2 for crmsync."""

from crmsync_adobe_commerce.connector import AdobeCommerce

__all__ = ["AdobeCommerce"]
