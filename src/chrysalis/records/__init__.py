"""What the stages of a study hand to each other: records, tables, and where they lie."""
