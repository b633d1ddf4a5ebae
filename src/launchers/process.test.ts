import t from 'tap';
import { compileTrial } from '../testing/compiled-trial.ts';
import { fakeLauncher } from '../testing/fake-launcher.ts';
import { testLauncher } from '../testing/launcher-contract.ts';
import { createLauncher } from './index.ts';

const entry = compileTrial(t.testdir());

t.test('process launcher', (t) => testLauncher(t, () => createLauncher('process', { process: { entry } })));
t.test('fake launcher', (t) => testLauncher(t, fakeLauncher));

t.test('an unknown launcher is refused', async (t) => {
  t.throws(() => createLauncher('carrier-pigeon'), { message: 'No launcher "carrier-pigeon".' });
});
