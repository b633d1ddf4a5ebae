# A prologue that puts the worker, and with it every trial, into an Apptainer (Singularity) image. "$@" is the worker's
# command; what it is when this file ends is what the job runs. Node.js, hpo, the data and runs/ lie on the shared file
# system, under the same paths inside: bind what Apptainer does not bind by itself.
image=$HOME/images/bert.sif
set -- apptainer exec --nv --bind "$PWD" "$image" "$@"
