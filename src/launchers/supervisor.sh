#!/bin/sh
# Parent of one attempt of a trial. Starts the command in a session (so a process group) of its own, with its output
# going straight into log.txt (a pipe would break when the engine dies), and writes started.json and exit.json by
# rename. The engine reads those files and never waits for the process, so killing the engine costs no trial and loses
# no exit code. Plain sh, because a Node process here would cost 60 ms and 40 MB an attempt.
#
#   supervisor.sh ATTEMPT_DIR COMMAND [ARGUMENT…]
#
# HPO_SUPERVISED        first members of started.json, as JSON text without the closing brace
# HPO_SUPERVISED_TOKEN  the attempt's token; the trial, and it alone, carries it as HPO_TRIAL_TOKEN
umask 077
set -f
dir=$1
shift
facts=$HPO_SUPERVISED
token=$HPO_SUPERVISED_TOKEN
unset HPO_SUPERVISED HPO_SUPERVISED_TOKEN
HPO_TRIAL_TOKEN=$token
export HPO_TRIAL_TOKEN
# Caught, not ignored: an ignored signal would stay ignored in the trial.
trap : HUP INT TERM

# dash has no job control without a terminal; where setsid is missing (macOS), sh has.
if command -v setsid >/dev/null 2>&1; then set -- setsid "$@"; else set -m; fi
"$@" </dev/null >>"$dir/log.txt" 2>&1 &
pid=$!

# Field 22 of stat is the start time. The name before it may hold spaces and brackets.
if [ -r "/proc/$pid/stat" ]; then
  read -r stat <"/proc/$pid/stat"
  set -- ${stat##*) }
  start=${20}
else
  start=$(ps -o lstart= -p "$pid")
fi
temporary="$dir/.started.json.tmp"
printf '%s,"pid":%d,"pidStartTime":"%s","supervisorPid":%d}\n' "$facts" "$pid" "$start" "$$" >"$temporary" &&
  mv -f "$temporary" "$dir/started.json"

# Room for the exit record, so that a disk that is full by then cannot swallow it: 1<> writes over what is there.
temporary="$dir/.exit.json.tmp"
printf '%256s\n' '' >"$temporary"

# It carries neither token: what is left of it after a kill -9 belongs to nobody's trial.
(
  unset HPO_TRIAL_TOKEN HPO_TRIAL_DIR
  exec /bin/sh "${0%/*}/folder-watch.sh" "$dir" "$pid" "$start"
) </dev/null >/dev/null 2>&1 &
watch=$!

# A caught signal ends a wait early, with the process still there.
while :; do
  wait "$pid"
  code=$?
  kill -0 "$pid" 2>/dev/null || break
done
kill "$watch" 2>/dev/null

# What the trial left behind in its group goes with a trial that failed: killed itself, it could not see to that.
[ "$code" -eq 0 ] || kill -s KILL -- "-$pid" 2>/dev/null

# The second line of times is the children's: 0m1.250000s 0m0.040000s.
seconds() {
  rest=${1#*m}
  rest=${rest%s}
  printf '%d.%s' "$((${1%%m*} * 60 + ${rest%%[.,]*}))" "${rest#*[.,]}"
}
times 1<>"$temporary" && { read -r _ && read -r user system; } <"$temporary"
signal=null
if [ "$code" -gt 128 ] && name=$(kill -l "$((code - 128))" 2>/dev/null); then
  signal="\"SIG$name\""
  code=null
fi
{
  printf '{"token":"%s","exitCode":%s,"signal":%s,' "$token" "$code" "$signal"
  printf '"userSeconds":%s,"systemSeconds":%s}\n' "$(seconds "$user")" "$(seconds "$system")"
} 1<>"$temporary" && mv -f "$temporary" "$dir/exit.json"
