"""The sections of the lessons, one per file: a page puts them in order and gives them what they show."""
