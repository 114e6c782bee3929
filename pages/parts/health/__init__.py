"""Parts of the Health page: what changed, small pictures, the conversations behind a point, engagement."""
