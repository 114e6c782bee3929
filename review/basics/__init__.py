"""Small tools that know nothing of the product: errors, time, tables, labels, safe files, plug-ins."""
