/** `describe` for what not every machine can run. Where this one cannot, the closing lines of `npm test` say what it lacks. */
export const describeWhere = (able: boolean, lacking: string) => (title: string, sentences: () => void) =>
  able ? describe(title, sentences) : describe.skip(`${title} (skipped: ${lacking})`, sentences);

/** The same for one sentence. */
export const itWhere = (able: boolean, lacking: string) => (title: string, run: () => Promise<void>) =>
  able ? it(title, run) : it.skip(`${title} (skipped: ${lacking})`, run);
