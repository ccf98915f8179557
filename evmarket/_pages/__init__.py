"""The report of a panel as an HTML page and as an Excel workbook."""
