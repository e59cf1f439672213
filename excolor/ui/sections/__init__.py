"""The sections of the lessons, one a file; a page says in which order they come, and under which headings."""
