"""What a manager reads and what a store does today: `crmsync report` and `crmsync today`."""
