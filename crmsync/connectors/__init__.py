"""The built-in connectors: files and SQL databases, mapped by the configuration."""
