"""Sections of lessons, one per file: a page says in which order they come, and what is said between them."""
