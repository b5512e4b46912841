// Check A7 of the mail.
import { randomUUID } from 'node:crypto';
import { openHouse } from '../support/house';
import { openSmtpSink } from '../support/smtp-sink';

it('A7 Of 200 mails two nodes on PostgreSQL send each once, and both have sent some', async () => {
  const sink = await openSmtpSink();
  const first = await openHouse('postgresql', { AUTH_MAIL_URL: sink.url });
  const second = await openHouse('postgresql', { AUTH_MAIL_URL: sink.url }, first);
  const now = new Date(first.clock.now());
  const data = Array.from({ length: 200 }, (_, number) => ({
    id: randomUUID(),
    kind: 'deletion-cancelled',
    recipient: `person${number}@example.com`,
    dueAt: now,
    createdAt: now,
  }));
  await first.app.services.database.client.mail.createMany({ data });
  await Promise.all([first, second].map(({ app }) => app.services.mailer?.sendDue()));
  const counts = [first, second].map(({ app }) => app.services.mailer?.counts.get('sent') ?? 0);
  expect(sink.messages).toHaveLength(200);
  expect(new Set(sink.messages.flatMap(({ recipients }) => recipients)).size).toBe(200);
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[1]).toBeGreaterThan(0);
  expect(await first.app.services.database.client.mail.count()).toBe(0);
  await second.close();
  await first.close();
  await sink.close();
});
