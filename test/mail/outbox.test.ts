import { randomUUID } from 'node:crypto';
import { onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';

const mailbox = createMailbox();

onBothDatabases(
  'The outbox',
  (house) => {
    const post = (recipient: string | null, facts = { username: 'kate' }) =>
      house().app.services.database.transaction((queries) =>
        house().app.services.outbox.post(queries, { kind: 'deletion-cancelled', recipient, facts, wishes: ['fr', 'de-AT'] }),
      );

    it('sends what a transaction has posted once it is committed, and keeps no row of it', async () => {
      const address = `${randomUUID()}@example.com`;
      await post(address);
      const mail = await mailbox.next(address);
      expect(mail).toMatchObject({ kind: 'deletion-cancelled', to: address, from: 'no-reply@gatehouse.test', subject: 'Ihr Konto bleibt' });
      await mailbox.settled(house());
      expect(await mailbox.unread(address)).toEqual([]);
    });
  },
  mailbox.environment,
);
