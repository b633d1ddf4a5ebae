/**
 * A study as lines: what `hpo storage export` writes and `import` reads, and how a study is copied. Numbers, times and
 * JSON texts stand as the storage holds them, so that nothing is lost on the way: a categorical value is the index of
 * its choice, an attribute is JSON text. A study's line comes first, then its trials by number, then its events.
 */
export type StudyLine = StudyHead | TrialLine | EventLine;

/** Attributes in the storage's order: key and JSON text. */
export type AttrTexts = readonly (readonly [key: string, json: string])[];

/** A number as JSON can hold it. */
export type StoredNumber = number | 'INF_POS' | 'INF_NEG' | 'NAN';

export interface StudyHead {
  readonly type: 'study';
  readonly name: string;
  /** As the schema spells them: `MAXIMIZE`, `MINIMIZE`. */
  readonly directions: readonly string[];
  readonly userAttrs: AttrTexts;
  readonly systemAttrs: AttrTexts;
  /** What hpo keeps of its own studies; null for one of another program. `createdAt` in ms since 1970. */
  readonly own: {
    readonly uuid: string;
    readonly spec: string;
    readonly specVersion: number;
    readonly createdAt: number;
  } | null;
}

export interface TrialLine {
  readonly type: 'trial';
  readonly number: number;
  /** As the schema spells it: `COMPLETE`. */
  readonly state: string;
  readonly start: string | null;
  readonly complete: string | null;
  readonly values: readonly StoredNumber[];
  readonly params: readonly (readonly [name: string, value: number, distribution: string])[];
  readonly intermediate: readonly (readonly [step: number, value: StoredNumber])[];
  readonly userAttrs: AttrTexts;
  readonly systemAttrs: AttrTexts;
  /** All metrics of each report, as JSON text. */
  readonly metrics: readonly (readonly [step: number, json: string])[];
  readonly attempts: readonly AttemptLine[];
  /** When it was excluded, in ms since 1970; null: it counts. */
  readonly excludedAt: number | null;
}

export interface AttemptLine {
  readonly attempt: number;
  readonly token: string;
  readonly launcher: string;
  readonly host: string;
  readonly gpu: string | null;
  readonly dir: string;
  readonly pid: number | null;
  readonly pidStartTime: string | null;
  readonly bootId: string | null;
  readonly jobId: string | null;
  readonly reportOffset: number;
  readonly endedAt: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** JSON text. */
  readonly failure: string | null;
}

export interface EventLine {
  readonly type: 'event';
  readonly at: number;
  /** The trial's number; null: the study's own. */
  readonly trial: number | null;
  readonly kind: string;
  /** JSON text. */
  readonly payload: string;
}
