import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';

/** A Vulkan device without a card: it comes with Chromium, as does the loader. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const skip =
  existsSync(SWIFTSHADER) || process.env['HPO_REQUIRE_SERVICES'] === '1'
    ? false
    : `no Vulkan device: ${SWIFTSHADER} is not there (Debian: chromium-common)`;

interface Steps {
  readonly description: string;
  readonly losses: readonly number[];
}

function stepsOn(device: string): Steps {
  const program = join(import.meta.dirname, '..', 'testing', 'webgpu-steps.ts');
  const env = {
    ...process.env,
    VK_DRIVER_FILES: SWIFTSHADER,
    LD_LIBRARY_PATH: dirname(SWIFTSHADER),
    NODE_OPTIONS: '',
  };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '-C', 'hpo-source', program, device],
    {
      env,
      encoding: 'utf8',
      timeout: 120_000,
    },
  );
  if (status !== 0) throw new Error(`the process on ${device} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Steps;
}

t.test('the compiled graph runs on webgpu and computes what it does on the cpu', { skip }, async (t) => {
  const [cpu, gpu] = [stepsOn('cpu'), stepsOn('webgpu')];
  t.match(gpu.description, / on webgpu/);
  const apart = Math.max(...cpu.losses.map((x, i) => Math.abs(x - gpu.losses[i]!)));
  t.ok(apart < 1e-4, `they are ${apart} apart`);
});
