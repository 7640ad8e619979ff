"""A report: its tables, figures and text, and the page that shows them."""
