"""Tables: named columns, their text and HTML, and other libraries."""
