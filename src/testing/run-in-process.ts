import { renderFailure } from '../cli/output/failure.ts';
import { explainSystemFailure } from '../cli/output/system-failure.ts';
import { run } from '../cli/run.ts';
import { HpoError } from '../domain/errors.ts';
import type { HpoRun } from './hpo-command.ts';

/**
 * As `runHpo`, but in this process: a process of its own takes a second and more. For commands that read no signals
 * and no standard input.
 */
export async function runInProcess(args: readonly string[], cwd: string): Promise<HpoRun> {
  const before = process.cwd();
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  process.chdir(cwd);
  let code: number;
  try {
    code = await run(args, {});
  } catch (thrown) {
    const error = explainSystemFailure(thrown);
    if (!(error instanceof HpoError)) throw error;
    code = error.exitCode;
    process.stderr.write(renderFailure(error, { debug: false, color: false }));
  } finally {
    process.chdir(before);
    stdout.restore();
    stderr.restore();
  }
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function capture(stream: NodeJS.WriteStream) {
  const { write } = stream;
  let text = '';
  stream.write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  return {
    text: () => text,
    restore: () => {
      stream.write = write;
    },
  };
}
