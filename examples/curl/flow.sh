#!/bin/sh
# Registers, asks who it is, refreshes and logs out, with curl alone.
#   GATEHOUSE=http://localhost:4000 sh examples/curl/flow.sh
set -eu
gatehouse=${GATEHOUSE:-http://localhost:4000}
name="kate-$(date +%s)-$$"
json='Content-Type: application/json'

# The value of a text field: enough for tokens. With jq: jq -r .access_token
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

answer=$(curl -fsS -H "$json" "$gatehouse/v1/register" \
  -d "{\"username\": \"$name\", \"email\": \"$name@example.com\", \"password\": \"a quiet garden gate\"}")
token=$(echo "$answer" | field access_token)

echo "profile: $(curl -fsS -H "Authorization: Bearer $token" "$gatehouse/v1/profile" | field username)"

answer=$(curl -fsS -H "$json" "$gatehouse/v1/refresh" -d "{\"refresh_token\": \"$(echo "$answer" | field refresh_token)\"}")
token=$(echo "$answer" | field access_token)
echo "refreshed"

# The same through GraphQL.
curl -fsS -H "$json" -H "Authorization: Bearer $token" "$gatehouse/graphql" -d '{"query": "{ me { username } }"}'
echo

curl -fsS -X POST -H "Authorization: Bearer $token" "$gatehouse/v1/logout"
echo
echo "after logout: $(curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "$gatehouse/v1/profile")"
