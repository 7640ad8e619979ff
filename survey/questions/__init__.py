"""How a question is asked, checked, ordered and scored."""
