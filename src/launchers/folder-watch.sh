#!/bin/sh
# Beside one attempt while its trial lives: keeps its two files that grow from filling the disk when no engine looks, and
# counts the time in which the trial is suspended. Two forks every two seconds; an engine that runs cuts sooner than this.
#
#   folder-watch.sh ATTEMPT_DIR PID START_TIME
umask 077
log=$1/log.txt
reports=$1/report.ndjson
pid=$2
start=$3
suspended=0
trap 'kill "$!" 2>/dev/null; exit' TERM

# 0 while the trial lives. What has ended but was not reaped yet does not; nor is another process with its pid the trial.
lives() {
  if [ ! -r "/proc/$$/stat" ]; then
    kill -0 "$pid" 2>/dev/null
    return
  fi
  read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
  set -- ${stat##*) }
  state=$1
  [ "$state" != Z ] && [ "$state" != X ] && [ "${20}" = "$start" ]
}

# Nothing is cut through a link that the trial may have put there.
is_longer() {
  [ -f "$1" ] && [ ! -L "$1" ] && [ "$(wc -c <"$1")" -gt "$2" ]
}

while
  sleep 2 &
  wait "$!"
  lives
do
  case $state in
    [Tt])
      suspended=$((suspended + 2))
      printf '{"seconds":%d}\n' "$suspended" >"$1/.suspended.json.tmp" &&
        mv -f "$1/.suspended.json.tmp" "$1/suspended.json"
      ;;
  esac
  # The end of a log counts. The trial appends, so what it prints next lands behind what is put back.
  if is_longer "$log" 20971520; then
    tail -c 1048576 "$log" >"$1/.log.txt.tmp"
    : >"$log"
    { echo 'hpo: older output was dropped here' && cat "$1/.log.txt.tmp"; } >>"$log"
    rm -f "$1/.log.txt.tmp"
  fi
  # The beginning of the reports counts: more than ten thousand are not read.
  if is_longer "$reports" 67108864; then dd if=/dev/null of="$reports" bs=1048576 seek=32; fi
done
