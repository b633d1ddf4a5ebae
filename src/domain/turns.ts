/** Runs what it is given one after another, in the order of the calls, whether or not the earlier ones succeed. */
export function createTurns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<void> = Promise.resolve();
  return async (act) => {
    const earlier = last;
    let finish = (): void => {};
    last = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await earlier;
    try {
      return await act();
    } finally {
      finish();
    }
  };
}
