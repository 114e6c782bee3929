"""The SQL of one project as one value: what its statements are proved by, and what they are compared with."""
