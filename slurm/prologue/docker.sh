# A prologue that puts the worker, and with it every trial, into a Docker container. "$@" is the worker's command; what it
# is when this file ends is what the job runs. Node.js, hpo, the data and runs/ lie below one of the mounts.
image=hpo:latest
mounts=(--volume "$HOME:$HOME" --volume "$PWD:$PWD")
devices=()
if [ -n "${CUDA_VISIBLE_DEVICES:-}" ]; then
  # By UUID: indices are counted anew inside a job's cgroup, and once more inside the container.
  uuids=$(nvidia-smi --id="$CUDA_VISIBLE_DEVICES" --query-gpu=uuid --format=csv,noheader | paste -sd,)
  devices=(--gpus "\"device=$uuids\"")
fi
# The client hands TERM and USR1 on to the worker; --init keeps it from being process 1, which signals do not end.
set -- docker run --rm --init --user "$(id -u):$(id -g)" --uts host --network host \
  --env PATH --env HOME --env SLURM_JOB_ID --env SLURM_ARRAY_JOB_ID --env SLURM_ARRAY_TASK_ID --env SLURM_RESTART_COUNT \
  "${mounts[@]}" "${devices[@]}" --workdir "$PWD" --entrypoint '' "$image" "$@"
