"""The four answers of a week as values: how good production is, if people agree, which judges to use, what is next."""
