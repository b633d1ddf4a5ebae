import t from 'tap';
import { nearestName } from './nearest.ts';

t.test('a typing slip finds the name that was meant, and nonsense finds none', async (t) => {
  t.equal(nearestName('fastext', ['lstm', 'fasttext']), 'fasttext');
  t.equal(nearestName('opt', ['best', 'optimize']), 'optimize');
  t.equal(nearestName('xyz', ['best', 'optimize']), null);
});
