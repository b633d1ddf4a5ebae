import t from 'tap';
import { UsageError } from '../../domain/errors.ts';
import { renderFailure } from './failure.ts';
import { plain } from './plain.ts';

t.test('text from outside cannot steer a terminal', async (t) => {
  t.equal(plain('a\u001b[31mred\u001b[0m b'), 'ared b');
  t.equal(plain('title\u001b]0;owned\u0007!'), 'title!');
  t.equal(plain('one\r\ntwo\tthree'), 'one two three');
  t.equal(plain('left\u202eright\u2066\u009b2J\u0000\u0085!'), 'leftright!');
  t.equal(plain('Привет 你好 é'), 'Привет 你好 é');
});

t.test('a failure says what happened, what there is and what to do', async (t) => {
  const error = new UsageError('no "x\u001b[2J"', { details: ['lr: [1', '     ^'], fix: 'hpo studies' });
  t.equal(
    renderFailure(error, { debug: false, color: false }),
    'error: no "x"\n  lr: [1\n       ^\n  fix: hpo studies',
  );
  t.match(
    renderFailure(new Error('boom'), { debug: false, color: false }),
    /^error: boom\n {2}fix: .*HPO_DEBUG=1/,
  );
  t.match(renderFailure(new Error('boom'), { debug: true, color: false }), /plain\.test\.ts/);
});
