"""Cleaning: names, phones, e-mail, addresses, money and times into one form each."""
