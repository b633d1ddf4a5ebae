import { join } from 'node:path';
import t from 'tap';
import { runPython, skipWithoutPython } from '../../../testing/services.ts';
import { openTorchFile } from './torch-file.ts';

async function readAll(path: string): Promise<Record<string, number[]>> {
  const file = await openTorchFile(path);
  try {
    const read: Record<string, number[]> = {};
    for (const [name, tensor] of file.tensors) read[name] = [...(await tensor.read())];
    return read;
  } finally {
    await file.close();
  }
}

t.test('what PyTorch itself writes is read', { skip: skipWithoutPython('torch') }, async (t) => {
  const dir = t.testdir();
  const values = runPython(
    `
import collections, json, sys, torch
torch.manual_seed(5)
a = torch.randn(7, 11)
state = collections.OrderedDict(
    a=a, t=a.t(), slice=a[2:5, 3:9], half=torch.randn(9).half(), brain=torch.randn(9).bfloat16(),
    double=torch.randn(3).double(), parameter=torch.nn.Parameter(torch.randn(4)), one=torch.tensor(2.5))
torch.save(state, sys.argv[1] + '/new.bin')
torch.save(state, sys.argv[1] + '/old.bin', _use_new_zipfile_serialization=False)
module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4))
torch.save(module.state_dict(), sys.argv[1] + '/module.bin')
torch.save(module, sys.argv[1] + '/pickled-module.bin')
tell = lambda state: {name: value.detach().float().flatten().tolist() for name, value in state.items()}
print(json.dumps({'state': tell(state), 'module': tell(module.state_dict())}))
`,
    dir,
  ) as Record<'state' | 'module', Record<string, number[]>>;
  t.same(await readAll(join(dir, 'new.bin')), values.state);
  t.same(await readAll(join(dir, 'old.bin')), values.state);
  t.same(await readAll(join(dir, 'module.bin')), values.module);
  await t.rejects(readAll(join(dir, 'pickled-module.bin')), { message: /asks for torch\.nn\.modules/ });
});
