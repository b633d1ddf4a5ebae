/** `fail` is something that `hpo` needs and that is broken; `absent` is something optional. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'absent';

/** One line of `hpo doctor`. */
export interface Check {
  readonly check: string;
  readonly status: CheckStatus;
  /** What was found. */
  readonly found: string;
  /** What to do about it, or null. */
  readonly fix: string | null;
}

export function ok(check: string, found: string): Check {
  return { check, status: 'ok', found, fix: null };
}

/** Anything but `ok`, with what to do. */
export function notOk(check: string, status: 'warn' | 'fail', found: string, fix: string): Check {
  return { check, status, found, fix };
}
