#!/usr/bin/env bash
# Goes through the Dockerfile without Docker: every stage gets a folder, COPY copies (through .dockerignore), RUN runs in it.
# What belongs to the image's own system (apt-get, useradd …) is printed and left out. At the end the entry point runs once.
#   scripts/docker-steps.sh [VARIANT=cpu]
set -euo pipefail

cd "$(dirname "$0")/.."
build_args=(VARIANT=cpu "$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "docker-steps: $*" >&2; exit 1; }

# The context: what .dockerignore lets through.
context=$work/context
mkdir "$context"
while IFS= read -r path; do
  [ -e "$path" ] || die ".dockerignore lets $path in, which is not there"
  mkdir -p "$context/$(dirname "$path")" && cp -a "$path" "$context/$path"
done < <(sed -n 's/^!//p' .dockerignore)
find "$context/src" -name '*.test.ts' -o -name '*.wasm' | xargs -r rm

declare -A vars roots
for pair in "${build_args[@]}"; do vars[${pair%%=*}]=${pair#*=}; done
expand() { # the build's variables in a word
  local text=$1 name
  for name in "${!vars[@]}"; do text=${text//\$\{$name\}/${vars[$name]}}; done
  printf '%s' "$text"
}
# Absolute paths of the image, seen from outside.
inside() { case $1 in /*) printf '%s' "$root$1" ;; *) printf '%s' "$root$dir/$1" ;; esac; }

copy() {
  local from=$context words
  if [[ $1 == --from=* ]]; then
    from=${roots[${1#--from=}]}
    shift
  fi
  words=("$@")
  local target
  target=$(inside "${words[-1]}")
  for source in "${words[@]:0:$#-1}"; do
    if [ "$source" = /usr/local/bin/node ]; then source=$(command -v node); else source=$from/${source#/}; fi
    [ -e "$source" ] || die "COPY: there is no $source"
    if [ -d "$source" ]; then mkdir -p "$target" && cp -a "$source/." "$target"
    elif [[ ${words[-1]} == */ ]]; then mkdir -p "$target" && cp -a "$source" "$target"
    else mkdir -p "$(dirname "$target")" && cp -a "$source" "$target"; fi
  done
}

run() {
  case $1 in apt-get* | useradd*) echo "   (left out: the image's own system)"; return ;; esac
  (cd "$root$dir" && env $(for name in "${!vars[@]}"; do echo "$name=${vars[$name]}"; done) sh -euc "$1")
}

# Node's headers, where Node brought them along: better-sqlite3 is compiled with them.
prefix=$(node -p 'require("node:path").resolve(process.execPath, "../..")')
if [ -f "$prefix/include/node/node.h" ]; then export npm_config_nodedir=$prefix; fi

root= dir= entry= wanted="base-${vars[VARIANT]}"
skipping=0
while IFS= read -r line; do
  read -r word rest <<<"$line"
  if [ "$word" = FROM ]; then
    read -r base as name <<<"$(expand "$rest")"
    # Of the two bases only the one that is asked for.
    skipping=0; [[ ${name:-} != base-* || $name == "$wanted" ]] || { skipping=1; continue; }
    root=$work/${name:-final} dir=
    roots[${name:-final}]=$root
    mkdir "$root"
    if [ -n "${roots[$base]:-}" ]; then cp -a "${roots[$base]}/." "$root"; fi
  fi
  [ $skipping = 0 ] || continue
  echo "-- $line" | cut -c1-150
  case $word in
    FROM | USER | VOLUME | CMD) ;;
    ARG) [[ $rest != *=* ]] || [ -n "${vars[${rest%%=*}]:-}" ] || vars[${rest%%=*}]=${rest#*=} ;;
    ENV) ;;
    WORKDIR) dir=$rest; mkdir -p "$root$dir" ;;
    COPY) copy $rest ;;
    RUN) run "$rest" ;;
    ENTRYPOINT) entry=$(node -p 'JSON.parse(process.argv[1]).at(-1)' "$rest") ;;
    *) die "does not know $word" ;;
  esac
done < <(sed -e '/^#/d' -e '/^$/d' -e ':join' -e '/\\$/{N;s/\\\n *//;b join}' Dockerfile)

# What `ln -s` would have put on the PATH.
mkdir -p "$work/bin" && ln -s "$root/opt/hpo/dist/cli/main.js" "$work/bin/hpo"
version=$(cd "$root$dir" && PATH=$work/bin:$PATH "$root$entry" --version)
echo "-- $entry --version: $version"
[ "$version" = "$(node -p 'require("./package.json").version')" ] || die 'the entry point says another version'
(cd "$root$dir" && PATH=$work/bin:$PATH "$root$entry" dataset demo "$root/data" >/dev/null &&
  PATH=$work/bin:$PATH DATA_DIR=$root/data EPOCHS=3 "$root$entry" optimize --model fasttext --n-trials 1 -q >/dev/null)
echo "-- a trial ran in the image's folders: $(cd "$root$dir" && ls | tr '\n' ' ')"
