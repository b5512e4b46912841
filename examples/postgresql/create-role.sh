#!/bin/sh
# Run once by the image of PostgreSQL, on an empty volume: the gateway's role owns its database and nothing else. The superuser
# has no password afterwards, so that it can be reached from inside the container alone.
set -eu
psql --username postgres --no-psqlrc --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE gatehouse LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE gatehouse OWNER gatehouse;
REVOKE CONNECT ON DATABASE gatehouse FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
SQL
