#!/bin/sh
# Run an unpacked OpenSMTPD where nothing outside sees it: opensmtpd.sh UNPACKED CONFIGURATION, in a mount namespace.
set -eu
unpacked=$1 configuration=$2
private=$(dirname "$configuration")

mount -t tmpfs tmpfs /var/spool
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /run
mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd
chmod 711 /var/spool/smtpd
for file in passwd group; do
    cp "/etc/$file" "$private/$file"
done
for user in opensmtpd:7801 opensmtpq:7802; do
    name=${user%:*} id=${user#*:}
    echo "$name:x:$id:$id::/var/lib/opensmtpd/empty:/bin/false" >>"$private/passwd"
    echo "$name:x:$id:" >>"$private/group"
done
mount --bind "$private/passwd" /etc/passwd
mount --bind "$private/group" /etc/group
mkdir -p /usr/libexec
mount --bind "$unpacked/usr/libexec" /usr/libexec
exec "$unpacked/usr/sbin/smtpd" -d -f "$configuration"
