"""Who is who, measured: ours, Splink and plain exact rules over the same invented people."""
