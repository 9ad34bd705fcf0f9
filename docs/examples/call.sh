#!/bin/sh
# Call a hook:  call.sh http://127.0.0.1:7410 SECRET_FILE EVENT <body.json
# For trying it out: openssl takes the key as an argument, which others on the machine can see.
set -eu
address=$1 secret_file=$2 event=$3

body=$(mktemp)
trap 'rm -f "$body"' EXIT
cat >"$body"

id=msg_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
time=$(date +%s)
key=$(sed -n '1s/.*whsec_//p' "$secret_file" | base64 -d | od -An -v -tx1 | tr -d ' \n')
signature=$({ printf '%s.%s.' "$id" "$time"; cat "$body"; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)

curl --silent --show-error --max-time 60 --data-binary @"$body" \
  --header 'content-type: application/json' \
  --header "webhook-id: $id" \
  --header "webhook-timestamp: $time" \
  --header "webhook-signature: v1,$signature" \
  "$address/v1/hook/plain/$event"
