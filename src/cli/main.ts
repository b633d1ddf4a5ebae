#!/usr/bin/env node
import { readFileSync } from 'node:fs';

/** The only place that prints errors and chooses exit codes. Imports nothing else before it must: `--version` is quick. */
async function main(argv: readonly string[]): Promise<void> {
  // `hpo trials | head` ends quietly when head has seen enough.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      // The terminal is gone; what there is to do is done all the same.
      if (error.code === 'EIO') return;
      throw error;
    });
  if (argv.length === 1 && ['--version', '-V', 'version'].includes(argv[0]!)) {
    process.stdout.write(`${readVersion()}\n`);
    return;
  }
  try {
    const { run } = await import('./run.ts');
    process.exitCode = await run(argv, process.env);
  } catch (error) {
    const [{ renderFailure }, { explainSystemFailure }, { HpoError }] = await Promise.all([
      import('./output/failure.ts'),
      import('./output/system-failure.ts'),
      import('../domain/errors.ts'),
    ]);
    const failure = explainSystemFailure(error);
    const color = process.stderr.isTTY === true && !process.env['NO_COLOR'];
    process.stderr.write(`${renderFailure(failure, { debug: process.env['HPO_DEBUG'] === '1', color })}\n`);
    process.exitCode = failure instanceof HpoError ? failure.exitCode : 1;
  }
}

function readVersion(): string {
  // dist/cli and src/cli lie equally deep.
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

await main(process.argv.slice(2));
