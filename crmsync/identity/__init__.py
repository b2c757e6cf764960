"""Who is who: match keys, verdicts with their reasons, clusters, stable customers."""
