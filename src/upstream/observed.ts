import { Failure } from '../errors';
import type { UpstreamObserver } from '../metrics/upstream.metrics';
import type { RoutedPath, RoutedRequest } from './router';

/** The outcome of each answer, by closed lists. */
export function observed(routed: RoutedPath, { onRouted }: UpstreamObserver): RoutedPath {
  return {
    ...routed,
    answer: async (request) => {
      const begun = performance.now();
      let kind = 'refused';
      const note: RoutedRequest['note'] = (line) => {
        kind = line.kind;
        request.note(line);
      };
      const done = (outcome: string): void =>
        onRouted({ endpoint: routed.path, kind, outcome, seconds: (performance.now() - begun) / 1000 });
      try {
        const answer = await routed.answer({ ...request, note });
        done(answer.failure?.code ?? (answer.status < 400 ? 'OK' : `STATUS_${Math.floor(answer.status / 100)}XX`));
        return answer;
      } catch (error) {
        done(error instanceof Failure ? error.code : 'INTERNAL_SERVER_ERROR');
        throw error;
      }
    },
  };
}
