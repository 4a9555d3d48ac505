/** How often a condition is looked at that nothing announces, and for how long at most. */
const EVERY_MS = 10;
const AT_MOST_MS = 60_000;

/** Resolves with the first truthy answer. @throws Error that names what did not come about */
export async function until<T>(
  what: string,
  answer: () => Promise<T> | T,
  atMostMs = AT_MOST_MS,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + atMostMs;
  for (;;) {
    const got = await answer();
    if (got) return got;
    if (performance.now() > deadline)
      throw new Error(`${what} did not come about in ${atMostMs} ms`);
    await new Promise((again) => setTimeout(again, EVERY_MS));
  }
}
