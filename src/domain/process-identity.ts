/** Where a process runs. A pid means something only together with these three. */
export interface HostIdentity {
  readonly host: string;
  readonly bootId: string;
  /** Containers on one machine have namespaces, and so pids, of their own. */
  readonly pidNamespace: string;
}

/** The job of a batch system that a process belongs to: one run of it and no other. */
export interface JobIdentity {
  /** As Slurm shows it: `ARRAY_TASK`, or the job's number. */
  readonly id: string;
  /** How often it had been started again. */
  readonly restarts: number;
}

/** One process and no other: pids are reused, a pid with its start time is not. */
export interface ProcessIdentity extends HostIdentity {
  readonly pid: number;
  /** Linux: field 22 of /proc/PID/stat (clock ticks since boot); elsewhere `ps -o lstart`. */
  readonly pidStartTime: string;
  /** Absent outside a job. */
  readonly job?: JobIdentity;
}
