import { Counter, Gauge, type Registry } from 'prom-client';
import type { Mailer } from '../mail/mailer';

/** What the mailer keeps count of, read when it is asked for. The queue is that of all nodes: one query each time. */
export function addMail({ counts, queue }: Pick<Mailer, 'counts' | 'queue'>, registers: Registry[]): void {
  new Counter({
    name: 'gatehouse_mails_total',
    help: 'Mails of this node: sent, postponed (they are tried again), or failed for good.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of counts) this.inc({ outcome }, count);
    },
  });
  for (const [name, help, field] of [
    ['gatehouse_mail_queue', 'Mails in the outbox of all nodes. NaN: the database did not say.', 'waiting'],
    ['gatehouse_mail_oldest_seconds', 'How long the oldest mail in the outbox of all nodes has waited; 0: there is none.', 'oldestSeconds'],
  ] as const)
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(
          await queue().then(
            (known) => known[field],
            () => Number.NaN,
          ),
        );
      },
    });
}
