"""Parts of the Adjudicate page around its desk."""
