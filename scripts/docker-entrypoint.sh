#!/bin/sh
# The container's entry: `docker run hpo optimize …` is `hpo optimize …`. Four variables stand for options of a search,
# where the command line does not give these itself:
#
#   DATA_DIR      a new study's data: DIR/train.*, valid.*, test.* as --train, --valid, --test
#   EPOCHS        passes over the data, not searched: --fix epoch=N (fasttext) or epochs=N
#   BATCH_SIZE    documents a step, not searched: --fix batchSize=N
#   CUDA_DEVICES  0,1: trials at once, one a device: --gpus 0,1 --jobs 2; no search sees only these devices
#
# A program's trials (--model command) find EPOCHS and BATCH_SIZE in their environment and decide for themselves.
set -eu

# Whether an option is on the command line: has --train "$@"
has() {
  wanted=$1
  shift
  for word in "$@"; do
    case $word in "$wanted" | "$wanted"=*) return 0 ;; esac
  done
  return 1
}

# The value of --model, or nothing.
model_of() {
  while [ $# -gt 0 ]; do
    case $1 in
      --model=*) echo "${1#--model=}"; return ;;
      --model) echo "${2:-}"; return ;;
    esac
    shift
  done
}

# The data file of that name in DATA_DIR: plain before packed.
data_file() {
  for packed in '' .gz; do
    for kind in txt csv tsv jsonl; do
      if [ -f "$DATA_DIR/$1.$kind$packed" ]; then
        echo "$DATA_DIR/$1.$kind$packed"
        return
      fi
    done
  done
}

# A whole number above 0, or the end. whole NAME VALUE
whole() {
  case $2 in '' | *[!0-9]* | 0*) echo "error: $1 must be a whole number above 0, not \"$2\"" >&2; exit 2 ;; esac
}

command=${1:-}
if [ "$command" = optimize ] || [ "$command" = create-study ]; then
  model=$(model_of "$@")
  # Without a model it goes on with a study, which has its data and its fixed parameters.
  if [ -n "$model" ] && [ "$model" != command ]; then
    if [ -n "${DATA_DIR:-}" ] && ! has --train "$@" && ! has --study-file "$@"; then
      for part in train valid test; do
        file=$(data_file $part)
        [ -z "$file" ] || has --$part "$@" || set -- "$@" --$part "$file"
      done
    fi
    if [ -n "${EPOCHS:-}" ]; then
      whole EPOCHS "$EPOCHS"
      case $model in
        fasttext) set -- "$@" --fix "epoch=$EPOCHS" ;;
        linear | *,*) echo "warning: EPOCHS means nothing to $model" >&2 ;;
        *) set -- "$@" --fix "epochs=$EPOCHS" ;;
      esac
    fi
    if [ -n "${BATCH_SIZE:-}" ]; then
      whole BATCH_SIZE "$BATCH_SIZE"
      case $model in
        fasttext | linear | *,*) echo "warning: BATCH_SIZE means nothing to $model" >&2 ;;
        *) set -- "$@" --fix "batchSize=$BATCH_SIZE" ;;
      esac
    fi
  fi
fi

if [ -n "${CUDA_DEVICES:-}" ]; then
  if [ "$command" = optimize ]; then
    if ! has --gpus "$@"; then
      set -- "$@" --gpus "$CUDA_DEVICES"
      count=$(printf '%s' "$CUDA_DEVICES" | tr -cd , | wc -c)
      has --jobs "$@" || [ -n "${HPO_JOBS:-}" ] || set -- "$@" --jobs $((count + 1))
    fi
  else
    export CUDA_VISIBLE_DEVICES="$CUDA_DEVICES"
  fi
fi

exec hpo "$@"
