#!/usr/bin/env bash
# Picture a mail in Thunderbird, in a window of its own and as long as the mail; a throw-away profile, no network.
# usage: thunderbird.sh FILE.eml OUT.png [--dark] [--images DIR=URLPREFIX]
set -euo pipefail

readonly packages="thunderbird xvfb xdotool x11-utils imagemagick dbus-x11 python3"
readonly width_px=1000 height_px=8000 statusbar_px=24 margin_px=40
readonly window_timeout_s=60 picture_timeout_s=30

fail() { echo "thunderbird.sh: $2" >&2; exit "$1"; }

for program in thunderbird Xvfb xdotool xprop import convert dbus-run-session python3; do
    command -v "$program" >/dev/null || fail 2 "$program is missing: apt-get install $packages"
done
[[ $# -ge 2 ]] || fail 2 "usage: thunderbird.sh FILE.eml OUT.png [--dark] [--images DIR=URLPREFIX]"
mail=$1 out=$2 dark=0 images=()
shift 2
while [[ $# -gt 0 ]]; do
    case $1 in
        --dark) dark=1; shift ;;
        --images) images=(--images "${2:?--images wants DIR=URLPREFIX}"); shift 2 ;;
        *) fail 2 "unknown option \"$1\"" ;;
    esac
done
[[ -s $mail ]] || fail 2 "$mail: no such mail"

room=$(mktemp -d)
server="" program_group=""
close() {
    if [[ -n $program_group ]]; then
        kill -- "-$program_group" 2>/dev/null || true
        for _ in {1..50}; do kill -0 -- "-$program_group" 2>/dev/null || break; sleep 0.1; done
        kill -9 -- "-$program_group" 2>/dev/null || true
    fi
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$room"
}
trap close EXIT

# Poll COMMAND until it succeeds or SECONDS have passed.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [[ $SECONDS -lt $end ]] || return 1
        sleep 0.2
    done
}

mkdir "$room/profile" "$room/home"
if [[ ${#images[@]} -eq 0 ]]; then cp "$mail" "$room/message.eml"
else python3 "$(dirname "$0")/mail_html.py" --message "${images[@]}" "$mail" >"$room/message.eml"; fi
# One account without a server keeps the first-run assistant away; port 9 of this machine refuses at once.
cat >"$room/profile/user.js" <<END
user_pref("mail.accountmanager.accounts", "account1");
user_pref("mail.accountmanager.localfoldersserver", "server1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.server.server1.hostname", "Local Folders");
user_pref("mail.server.server1.name", "Local Folders");
user_pref("mail.server.server1.type", "none");
user_pref("mail.server.server1.userName", "nobody");
user_pref("mail.openMessageBehavior", 0);
user_pref("mail.shell.checkDefaultClient", false);
user_pref("mail.rights.version", 1);
user_pref("mailnews.start_page.enabled", false);
user_pref("mail.inappnotifications.enabled", false);
user_pref("datareporting.policy.dataSubmissionPolicyBypassNotification", true);
user_pref("datareporting.healthreport.uploadEnabled", false);
user_pref("app.update.enabled", false);
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("network.proxy.socks", "127.0.0.1");
user_pref("network.proxy.socks_port", 9);
user_pref("network.proxy.no_proxies_on", "");
user_pref("network.proxy.allow_hijacking_localhost", true);
user_pref("ui.systemUsesDarkTheme", $dark);
END

Xvfb -displayfd 5 -screen 0 "${width_px}x${height_px}x24" -nolisten tcp 5>"$room/display" 2>/dev/null &
server=$!
within 15 test -s "$room/display" || fail 1 "Xvfb did not start within 15 s"
DISPLAY=":$(<"$room/display")"
export DISPLAY HOME="$room/home" XDG_CACHE_HOME="$room/home" XDG_CONFIG_HOME="$room/home" LC_ALL=C.UTF-8

# A process group of its own: what Thunderbird starts can be ended with it, and nothing else.
setsid dbus-run-session -- thunderbird --profile "$room/profile" --no-remote "$room/message.eml" \
    >"$room/log" 2>&1 &
program_group=$!

window=""
message_window() {
    for window in $(xdotool search --onlyvisible --name . 2>/dev/null); do
        [[ $(xprop -id "$window" WM_WINDOW_ROLE 2>/dev/null) != *'"messageWindow"'* ]] || return 0
    done
    return 1
}
within "$window_timeout_s" message_window || { cat "$room/log" >&2; fail 1 "no message window within $window_timeout_s s"; }
xdotool windowmove "$window" 0 0 windowsize "$window" "$width_px" "$height_px"

# Drawn means: three equal pictures in a row, taken half a second apart.
seen="" equal=0
still() {
    local now
    sleep 0.3
    import -window "$window" "$room/shot.ppm"
    now=$(cksum <"$room/shot.ppm")
    if [[ $now == "$seen" ]]; then equal=$((equal + 1)); else equal=0; fi
    seen=$now
    [[ $equal -ge 2 ]]
}
within "$picture_timeout_s" still || fail 1 "the window was still changing after $picture_timeout_s s"

# Below the mail the window shows its background: cut that off, and the status bar.
convert "$room/shot.ppm" -gravity south -chop "0x$statusbar_px" +repage "$room/page.ppm"
box=$(convert "$room/page.ppm" -format '%@' info:)
IFS='x+' read -r _ box_height_px _ box_top_px <<<"$box"
end_px=$((box_height_px + box_top_px + margin_px))
convert "$room/page.ppm" -crop "${width_px}x${end_px}+0+0" +repage "$out"
[[ $end_px -lt $((height_px - statusbar_px)) ]] || fail 1 "the mail is longer than the window of $height_px px: cut off"
