#!/usr/bin/env bash
# Print a mail as readers of text see it: neomutt's view of it, then its HTML part through w3m.
# usage: text.sh FILE.eml
set -euo pipefail

readonly packages="neomutt w3m bsdutils python3" timeout_s=30 width=80

fail() { echo "text.sh: $2" >&2; exit "$1"; }

for program in neomutt w3m script timeout python3; do
    command -v "$program" >/dev/null || fail 2 "$program is missing: apt-get install $packages"
done
[[ $# -eq 1 && -s $1 ]] || fail 2 "usage: text.sh FILE.eml"

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
# A Maildir takes the mail as it is; an mbox would want a From line and quoting.
mkdir -p "$room/box/cur" "$room/box/new" "$room/box/tmp"
cp "$1" "$room/box/cur/1:2,S"
cat >"$room/muttrc" <<END
set folder="$room" spoolfile="$room/box" header_cache="" charset="utf-8" send_charset="utf-8"
set pipe_decode=yes wait_key=no wrap=$width quit=yes read_inc=0
ignore *
unignore from to subject date list-unsubscribe
hdr_order from to subject date list-unsubscribe
alternative_order text/plain text/enriched text/html
push "<pipe-message>cat >$room/view<enter><quit>"
END
# neomutt wants a terminal; script gives it one.
HOME="$room" TERM=xterm LC_ALL=C.UTF-8 timeout "$timeout_s" \
    script --quiet --return --command "stty cols $width rows 50; neomutt -F $room/muttrc -f $room/box" /dev/null \
    </dev/null >"$room/screen" 2>&1 || fail 1 "neomutt did not finish within $timeout_s s"
[[ -s $room/view ]] || fail 1 "neomutt showed nothing"

echo "=== neomutt, text/plain"
cat "$room/view"
echo
echo "=== w3m, text/html"
python3 "$(dirname "$0")/mail_html.py" "$1" >"$room/mail.html"
timeout "$timeout_s" w3m -dump -cols "$width" -I UTF-8 -O UTF-8 -T text/html "$room/mail.html"
