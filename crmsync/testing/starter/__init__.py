"""What `crmsync plugins new` writes: connectors and a dialect that run here as they stand there."""
