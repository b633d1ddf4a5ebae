import t from 'tap';
import { LineSplitter } from './line-splitter.ts';

t.test('lines come whole from any pieces; a carriage return ends one too', async (t) => {
  const bytes = Buffer.from('первая\r\nsecond\rthird\n\nend');
  for (const size of [1, 3, 100]) {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let i = 0; i < bytes.length; i += size) lines.push(...splitter.push(bytes.subarray(i, i + size)));
    t.same([...lines, ...splitter.end()], ['первая', 'second', 'third', 'end'], `pieces of ${size}`);
    t.same(splitter.end(), []);
  }
});

t.test('bytes that are no text and lines without end harm nothing', async (t) => {
  const splitter = new LineSplitter();
  t.same(splitter.push(Buffer.from([0xff, 0xfe, 0x41, 0x0a])), ['\ufffd\ufffdA']);
  for (let i = 0; i < 100; i++) t.same(splitter.push(Buffer.alloc(1 << 16, 'x')), []);
  const [line] = splitter.push(Buffer.from('\nnext\n'));
  t.equal(line!.length, 64 * 1024, 'the part beyond 64 KB is dropped');
});
