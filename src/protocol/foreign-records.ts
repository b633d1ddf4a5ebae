import { type Artifact, FAILURE_KINDS, type Failure, type Json, type Metrics } from '../domain/trial.ts';
import {
  ATTEMPT_FILES,
  type AttemptExit,
  type AttemptResult,
  ProtocolError,
  readMetrics,
} from './records.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What any program may have written, made the record that it should be. @throws {ProtocolError} it is none */
export function parseResult(raw: Raw): AttemptResult {
  const { token, state } = raw;
  if (typeof token !== 'string') throw new ProtocolError('the result has no token');
  switch (state) {
    case 'stopped':
      return { token, state };
    case 'fail':
      return { token, state, failure: parseFailure(raw['failure']) };
    case 'complete': {
      const details = isRecord(raw['details']) ? (raw['details'] as Record<string, Json>) : {};
      return {
        token,
        state,
        metrics: parseMetrics(raw['metrics']),
        artifact: parseArtifact(raw['artifact']),
        details,
      };
    }
  }
  throw new ProtocolError(`the result's state is ${JSON.stringify(state)?.slice(0, 80)}`);
}

export function parseExit({ token, exitCode, signal, userSeconds, systemSeconds }: Raw): AttemptExit {
  return {
    token: String(token),
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    signal: typeof signal === 'string' ? signal : null,
    userSeconds: Number(userSeconds) || 0,
    systemSeconds: Number(systemSeconds) || 0,
  };
}

const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseFailure(raw: unknown): Failure {
  const { kind, message } = isRecord(raw) ? raw : {};
  return {
    kind: FAILURE_KINDS.find((known) => known === kind) ?? 'crash',
    message: typeof message === 'string' ? message.slice(0, 10_000) : 'no reason given',
  };
}

function parseMetrics(raw: unknown): Metrics {
  const metrics = isRecord(raw) ? readMetrics(raw) : null;
  if (metrics === null) throw new ProtocolError('the result has no metrics');
  return metrics;
}

/** A model lies below the attempt's own `model/`, whatever its path says. */
function parseArtifact(raw: unknown): Artifact | null {
  if (raw === null || raw === undefined) return null;
  const { path, format, sha256, bytes } = isRecord(raw) ? raw : {};
  const isWhole =
    [path, format, sha256].every((text) => typeof text === 'string') && Number.isSafeInteger(bytes);
  if (!isWhole) throw new ProtocolError('the result names an artifact that is none');
  const [first, ...rest] = (path as string).split('/');
  if (first !== ATTEMPT_FILES.model || rest.length === 0 || rest.includes('..'))
    throw new ProtocolError(
      `the result's artifact ${JSON.stringify(path).slice(0, 200)} does not lie in model/`,
    );
  return raw as unknown as Artifact;
}
