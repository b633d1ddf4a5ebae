import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Launcher } from '../domain/ports.ts';
import { createSearch } from '../testing/search-fixture.ts';
import { goneTrial } from './attempt.ts';
import { exportBest, optimize } from './index.ts';

/** A search whose only trial has ended at once and left what `plant` puts into its folder; a regular exit besides. */
async function searchWith(t: Test, plant: (dir: string, token: string) => void) {
  const fixture = await createSearch(t);
  const { study, parts, options, storage } = fixture;
  const launcher: Launcher = {
    ...parts.launcher,
    launch: async (requests) =>
      requests.map(({ dir, token }) => {
        plant(dir, token);
        writeFileSync(join(dir, 'exit.json'), JSON.stringify({ token, exitCode: 0, signal: null }));
        return goneTrial({ dir, token });
      }),
  };
  const stop = new AbortController();
  const onEvent = ({ type }: { type: string }): void => void (type === 'trial-finished' && stop.abort());
  await optimize(study, { ...parts, launcher }, options({ nTrials: 1, onEvent, stop: stop.signal }));
  return { ...fixture, trial: (await storage.getTrials(study.id))[0]! };
}

const complete = (token: string, more: object = {}): string =>
  JSON.stringify({ token, state: 'complete', metrics: { f1: 0.5 }, artifact: null, details: {}, ...more });

const artifact = (path: string): object => ({ path, format: 'x', sha256: 'x', bytes: 1 });

const HOSTILE_RESULTS: Readonly<Record<string, (token: string) => string>> = {
  'no metrics': (token) => complete(token, { metrics: null }),
  'metrics that are a list': (token) => complete(token, { metrics: [1] }),
  'an unknown state': (token) => complete(token, { state: '__proto__' }),
  'an artifact elsewhere': (token) => complete(token, { artifact: artifact('../../../etc/passwd') }),
  'an artifact with a way out': (token) => complete(token, { artifact: artifact('model/../../x') }),
  'an absolute artifact': (token) => complete(token, { artifact: artifact('/etc/passwd') }),
  'an artifact that is a number': (token) => complete(token, { artifact: 7 }),
  'a list': () => '[1]',
  'no JSON': () => '{"token":',
  'deep nesting': () => '['.repeat(200_000),
};

for (const [name, write] of Object.entries(HOSTILE_RESULTS)) {
  t.test(`a result with ${name} is none, and the search lives`, async (t) => {
    const { trial } = await searchWith(t, (dir, token) =>
      writeFileSync(join(dir, 'result.json'), write(token)),
    );
    t.match(trial, {
      state: 'fail',
      failure: { kind: 'crash', message: /^exit code 0 without a result\nhpo: result\.json: / },
    });
  });
}

t.test('keys of a prototype and huge integers are data like any other', async (t) => {
  const text = (token: string): string =>
    `{"__proto__":{"state":"fail"},"token":"${token}","state":"complete","metrics":{"f1":0.5,"__proto__":1,"big":${'9'.repeat(400)}},"details":{"__proto__":{"polluted":true},"n":123456789012345678901234567890}}`;
  const { trial } = await searchWith(t, (dir, token) => writeFileSync(join(dir, 'result.json'), text(token)));
  t.match(trial, { state: 'complete', values: [0.5] });
  t.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

t.test('a failure of unknown kind and endless words is a crash with some of them', async (t) => {
  const failure = { kind: 'toString', message: 'x'.repeat(1_000_000) };
  const { trial } = await searchWith(t, (dir, token) =>
    writeFileSync(join(dir, 'result.json'), JSON.stringify({ token, state: 'fail', failure })),
  );
  t.match(trial, { state: 'fail', failure: { kind: 'crash' } });
  t.ok(trial.state === 'fail' && trial.failure.message.length <= 10_000);
});

t.test('links and pipes in a run folder lead nowhere and hold nobody up', async (t) => {
  const outside = mkdtempSync(join(tmpdir(), 'hpo-outside-'));
  t.teardown(() => rmSync(outside, { recursive: true }));
  writeFileSync(join(outside, 'secret'), 'password');
  mkdirSync(join(outside, 'keep'));
  writeFileSync(join(outside, 'keep', 'me'), 'x');
  const { trial, study, storage, options } = await searchWith(t, (dir, token) => {
    writeFileSync(join(dir, 'result.json'), complete(token, { artifact: artifact('model/m') }));
    mkdirSync(join(dir, 'model'));
    symlinkSync(join(outside, 'secret'), join(dir, 'model', 'm'));
    symlinkSync(join(outside, 'secret'), join(dir, 'log.txt'));
    symlinkSync(join(outside, 'keep'), join(dir, 'checkpoint'));
    execFileSync('mkfifo', [join(dir, 'report.ndjson')]);
  });
  t.match(trial, { state: 'complete' });
  const target = join(outside, 'exported');
  await t.rejects(exportBest(study, storage, { runsDir: options().runsDir, dir: target, force: false }), {
    name: 'ProtocolError',
  });
  t.notOk(existsSync(target));
  t.ok(existsSync(join(outside, 'keep', 'me')), 'what a link points at is not tidied away');
});
