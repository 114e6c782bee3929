#!/bin/sh
# Makes the role of the servers when the database is made. `spotcheck store prepare` grants what the role may do.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$APPLICATION_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE application LOGIN PASSWORD :'password';
SQL
