"""Names of persons by the customs of a language: UTS #35 Part 8 over CLDR's own data."""
