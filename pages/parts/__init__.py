"""Parts of pages, grouped by page. They own the keys of their widgets."""
