#!/bin/sh
# A lost password, with curl alone: asks for the code of the mail, and for the new password.
#   GATEHOUSE=http://localhost:4000 sh examples/curl/recovery.sh kate@example.com
# In development the mail is in data/mail, and at http://localhost:4000/mailbox.
set -eu
gatehouse=${GATEHOUSE:-http://localhost:4000}
email=$1
json='Content-Type: application/json'

# The value of a text field. With jq: jq -r .attempt
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# The answer is the same whether or not the address has an account.
attempt=$(curl -fsS -H "$json" "$gatehouse/v1/password-reset" -d "{\"email\": \"$email\"}" | field attempt)

printf 'the code of the mail: '
read -r code
printf 'the new password: '
read -r password
echo

curl -fsS -X PUT -H "$json" "$gatehouse/v1/password-reset" \
  -d "{\"attempt\": \"$attempt\", \"code\": \"$code\", \"new_password\": \"$password\"}"
echo
