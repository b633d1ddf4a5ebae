# A prologue (--prologue FILE): read by the job's shell before the worker begins. Copy it and put your site's lines in.
module load nodejs/20 cuda/12
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
