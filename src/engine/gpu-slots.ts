/** Hands devices to trials, the least used one first. */
export class GpuSlots {
  readonly #users = new Map<string, number>();

  constructor(gpus: readonly string[]) {
    for (const gpu of gpus) this.#users.set(gpu, 0);
  }

  /**
   * Null where no devices were named: the trial sees what the engine sees.
   * @param held the device that a trial has already
   */
  take(held: string | null = null): string | null {
    if (held !== null) {
      this.#users.set(held, (this.#users.get(held) ?? 0) + 1);
      return held;
    }
    const [gpu, users] = [...this.#users].sort(([, a], [, b]) => a - b)[0] ?? [null, 0];
    if (gpu !== null) this.#users.set(gpu, users + 1);
    return gpu;
  }

  giveBack(gpu: string | null): void {
    if (gpu !== null) this.#users.set(gpu, (this.#users.get(gpu) ?? 1) - 1);
  }
}
