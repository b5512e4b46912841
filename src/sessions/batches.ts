/**
 * Answers the questions of one turn of the event loop together. They are answered after the loop has taken in whatever had arrived,
 * so no question is older than the requests that ask it; and nothing is remembered. (DataLoader does the same
 * for more: it keeps a cache and three lists.)
 */
export function inBatches<Question, Answer>(
  answerAll: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  let waiting: Waiting<Question, Answer>[] = [];

  const dispatch = (): void => {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += maxBatchSize) void answer(all.slice(from, from + maxBatchSize));
  };

  const answer = async (batch: readonly Waiting<Question, Answer>[]): Promise<void> => {
    try {
      const answers = await answerAll(batch.map(({ question }) => question));
      for (const [position, { resolve }] of batch.entries()) resolve(answers[position] as Answer); // as many as were asked
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(dispatch);
      waiting.push({ question, resolve, reject });
    });
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** SQLite allows 32,766 parameters in a statement, PostgreSQL 65,535. */
const maxBatchSize = 500;
