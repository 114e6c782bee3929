"""The files that start Spotcheck in containers: image, compose file, TLS proxy."""
