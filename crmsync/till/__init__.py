"""The till: cards, greeting, the till file and its search."""
