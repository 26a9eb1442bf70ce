"""Every handler, by topic; ``routes`` says which update goes where."""
