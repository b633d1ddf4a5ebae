import { openSync, readFileSync } from 'node:fs';
import t from 'tap';
import { explainSystemFailure } from './system-failure.ts';

/** As the system refuses, with its own error. */
function refused(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

t.test('what the system refuses says what to do', async (t) => {
  const error = refused(() => openSync(`${import.meta.filename}/below`, 'r'));
  t.match(explainSystemFailure(error), {
    exitCode: 2,
    message: `A file stands where a folder must be: ${import.meta.filename}/below`,
    fix: 'name another folder',
    cause: error,
  });
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  t.match(explainSystemFailure(full), {
    exitCode: 5,
    message: 'No space is left on the disk.',
    fix: /^free some space/,
  });
});

t.test('what is no refusal stays what it is', async (t) => {
  for (const error of [
    new Error('x'),
    null,
    'text',
    refused(() => readFileSync('/no/such/file')),
    Object.assign(new Error('x'), { code: 'toString', syscall: 'open' }),
  ])
    t.equal(explainSystemFailure(error), error);
});
