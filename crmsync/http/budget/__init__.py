"""How much may be asked of an account: one budget for every thread and process."""
