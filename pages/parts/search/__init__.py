"""Parts of the search that every page but Annotate has."""
