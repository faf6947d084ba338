#!/bin/sh
# Starts coturn with deploy/turnserver.conf as this site's relay. From the environment:
#   TURN_SECRET           the same as the site's
#   TURN_REALM            the relay's own host name
#   TURN_DIR              where its files lie, the secret among them; by itself a new temporary folder
#   TURN_CERT, TURN_KEY   files of a certificate for that name; without them there is no turns:
#   TURN_EXTERNAL_IP      the public address, where the machine itself has a private one
#   TURN_MORE             further lines of configuration
set -eu
: "${TURN_SECRET:?the same secret as the site has}" "${TURN_REALM:?the host name of the relay}"
umask 077 # nobody else reads the secret: not in a file, and not in the list of processes
folder=${TURN_DIR:-$(mktemp -d)}
rm -f "$folder/turnserver.conf" # or it would keep the rights that it had
{
    cat "$(dirname "$0")/turnserver.conf"
    printf 'static-auth-secret=%s\n' "$TURN_SECRET"
    printf 'realm=%s\npidfile=%s\nuserdb=%s\n' "$TURN_REALM" "$folder/turnserver.pid" "$folder/turnserver.userdb"
    [ -z "${TURN_EXTERNAL_IP:-}" ] || printf 'external-ip=%s\n' "$TURN_EXTERNAL_IP"
    if [ -n "${TURN_CERT:-}" ]; then
        printf 'cert=%s\npkey=%s\n' "$TURN_CERT" "${TURN_KEY:?the key of TURN_CERT}"
    else
        echo "no-tls"
        echo "no-dtls"
    fi
    [ -z "${TURN_MORE:-}" ] || printf '%s\n' "$TURN_MORE"
} >"$folder/turnserver.conf"
exec turnserver -c "$folder/turnserver.conf"
