"""ERPNext for crmsync."""

from crmsync_erpnext.connector import ErpNext

__all__ = ["ErpNext"]
