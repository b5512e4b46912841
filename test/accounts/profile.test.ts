import { doors, everywhere, graphql, newPerson, postGraphQL, rest, restOfTheFirstDocuments, uniqueName, whoAmI } from '../support/doors';
import { onBothDatabases, onTwoNodes } from '../support/house';

everywhere('profile', (house, door) => {
  const profile = (token?: string, headers?: Record<string, string>) => door.send(house(), 'profile', undefined, token, headers);

  it('shows the caller, and nothing that is secret', async () => {
    const kate = await newPerson(house());
    const { status, body, text, headers } = await profile(kate.accessToken);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: kate.id,
      username: kate.username,
      email: kate.email,
      emailVerified: false,
      name: null,
      bio: null,
      pictureUrl: null,
      locale: null,
      roles: [],
      createdAt: new Date(body.createdAt).toISOString(),
      updatedAt: body.createdAt,
      // GraphQL has these as fields that are asked for.
      ...(door.name === 'REST' && {
        pendingEmail: null,
        hasPassword: true,
        deletesAt: null,
        secondFactors: { totp: false, passkeys: 0, recoveryCodesLeft: 0 },
        permissions: [],
      }),
    });
    expect(text.replace(/"(has_password":true|passkeys":0)/g, '')).not.toMatch(/hash|password|key|generation/i);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('etag')).toBeNull();
  });

  it('shows the roles of this moment, not those of the token', async () => {
    const kate = await newPerson(house());
    await house().app.services.users.setRoles(kate.username, ['EDITOR', 'ADMIN']);
    expect((await profile(kate.accessToken)).body.roles).toEqual(['EDITOR', 'ADMIN']);
  });

  it('shows the caller, whoever else is named beside the token', async () => {
    const [kate, lars] = [await newPerson(house()), await newPerson(house())];
    expect((await profile(kate.accessToken, { 'x-user-id': lars.id, 'x-auth-user-id': lars.id })).body.id).toBe(kate.id);
  });

  it.each([
    ['MISSING', undefined],
    ['MALFORMED', 'Bearer'],
    ['MALFORMED', 'Basic a2F0ZTpwYXNzd29yZA=='],
    ['MALFORMED', 'Bearer one two'],
    ['MALFORMED', 'Bearer garbage'],
  ])('gives UNAUTHENTICATED, reason %s, for the header %j', async (reason, authorization) => {
    const { status, code, body, headers } = await profile(undefined, authorization === undefined ? {} : { authorization });
    expect([status, code, body.reason]).toEqual([401, 'UNAUTHENTICATED', reason]);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

onBothDatabases('me', (house) => {
  it('is the caller, or null: a missing, broken, expired or ended token is no failure', async () => {
    const kate = await newPerson(house());
    expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id, username: kate.username });
    for (const token of [undefined, 'garbage', `${kate.accessToken.slice(0, -4)}AAAA`]) expect(await whoAmI(house(), token)).toBeNull();
    await graphql.send(house(), 'logout', undefined, kate.accessToken);
    expect(await whoAmI(house(), kate.accessToken)).toBeNull();
    const lars = await newPerson(house());
    house().clock.advance(906);
    expect(await whoAmI(house(), lars.accessToken)).toBeNull();
  });

  it('stands beside profile in one document, where profile alone fails', async () => {
    const { status, body } = await postGraphQL(house(), '{ me { id } typename: __typename }');
    expect([status, body]).toEqual([200, { data: { me: null, typename: 'Query' } }]);
    const both = await postGraphQL(house(), '{ me { id } profile { id } }');
    expect(both.body.errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
    expect(both.status).toBe(401);
  });
});

for (const door of [...doors, restOfTheFirstDocuments])
  onBothDatabases(`updateProfile, through ${door.name}${door === restOfTheFirstDocuments ? ' with PUT' : ''}`, (house) => {
    const update = (input: unknown, token?: string, headers?: Record<string, string>) =>
      door.send(house(), 'updateProfile', input, token, headers);
    const row = (id: string) => house().app.services.database.client.user.findUniqueOrThrow({ where: { id } });

    it('changes what is given, clears what is null, and leaves the rest', async () => {
      const kate = await newPerson(house());
      const before = await row(kate.id);
      const first = { name: ' Kate <b>🦉</b> ', bio: 'line one\nline two', pictureUrl: 'https://x.example/k.png?a=1', locale: 'pt-BR' };
      const { status, body } = await update(first, kate.accessToken);
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: kate.id, username: kate.username, email: kate.email, ...first });
      house().clock.advance(1);
      expect((await update({ bio: null, locale: 'en' }, kate.accessToken)).body).toMatchObject({ ...first, bio: null, locale: 'en' });
      const after = await row(kate.id);
      expect(after).toEqual({ ...before, ...first, bio: null, locale: 'en', updatedAt: after.updatedAt });
      expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    });

    it('keeps a locale in its canonical form, as it is written elsewhere too', async () => {
      const kate = await newPerson(house());
      for (const [written, kept] of [
        ['en_US', 'en-US'],
        ['PT-br', 'pt-BR'],
        ['zh_hant_TW', 'zh-Hant-TW'],
        ['iw', 'he'],
      ]) {
        expect((await update({ locale: written }, kate.accessToken)).body.locale).toBe(kept);
        expect((await row(kate.id)).locale).toBe(kept);
      }
    });

    it('changes nothing for an empty input', async () => {
      const kate = await newPerson(house());
      const before = await row(kate.id);
      expect((await update({}, kate.accessToken)).code).toBeNull();
      expect({ ...(await row(kate.id)), updatedAt: null }).toEqual({ ...before, updatedAt: null });
    });

    it('gives another name, by which the user logs in from then on', async () => {
      const kate = await newPerson(house());
      const username = `N${uniqueName()}`;
      expect((await update({ username }, kate.accessToken)).body.username).toBe(username);
      expect(await row(kate.id)).toMatchObject({ username, usernameKey: username.toLowerCase() });
      expect((await door.send(house(), 'login', { username, password: kate.password })).code).toBeNull();
      expect((await door.send(house(), 'login', { username: kate.username, password: kate.password })).code).toBe('INVALID_CREDENTIALS');
    });

    it('lets users respell their own name and address without a password', async () => {
      const kate = await newPerson(house());
      const respelt = { username: kate.username.toUpperCase(), email: kate.email.toUpperCase() };
      expect((await update(respelt, kate.accessToken)).body).toMatchObject(respelt);
      expect(await row(kate.id)).toMatchObject({ usernameKey: kate.username, emailKey: kate.email });
    });

    it('changes the address for the current password alone, and it is unverified again', async () => {
      const kate = await newPerson(house());
      await house().app.services.database.client.user.update({ where: { id: kate.id }, data: { emailVerifiedAt: new Date() } });
      const before = await row(kate.id);
      const email = `${uniqueName()}@example.com`;
      for (const currentPassword of [undefined, null]) {
        const { status, code, body } = await update({ email, name: 'Kate', currentPassword }, kate.accessToken);
        expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
        expect(body.issues).toEqual([
          { path: door.name === 'REST' ? 'current_password' : 'currentPassword', message: 'is required to change the address' },
        ]);
      }
      const wrong = await update({ email, name: 'Kate', currentPassword: 'not the garden gate' }, kate.accessToken);
      expect([wrong.status, wrong.code]).toEqual([401, 'INVALID_CREDENTIALS']);
      expect(await row(kate.id)).toEqual(before);
      const right = await update({ email, currentPassword: kate.password }, kate.accessToken);
      expect(right.body).toMatchObject({ email, emailVerified: false });
      expect((await door.send(house(), 'login', { email, password: kate.password })).code).toBeNull();
      expect((await door.send(house(), 'login', { email: kate.email, password: kate.password })).code).toBe('INVALID_CREDENTIALS');
    });

    it('gives USERNAME_TAKEN and EMAIL_TAKEN for what somebody else has, in any spelling, and changes nothing', async () => {
      const [kate, lars] = [await newPerson(house()), await newPerson(house())];
      const before = await row(kate.id);
      const name = await update({ username: lars.username.toUpperCase(), name: 'Lars' }, kate.accessToken);
      expect([name.status, name.code]).toEqual([409, 'USERNAME_TAKEN']);
      const address = await update({ email: lars.email.toUpperCase(), name: 'Lars', currentPassword: kate.password }, kate.accessToken);
      expect([address.status, address.code]).toEqual([409, 'EMAIL_TAKEN']);
      expect(await row(kate.id)).toEqual(before);
    });

    it('gives BAD_USER_INPUT for every value that breaks a rule, and changes nothing', async () => {
      const [kate, lars] = [await newPerson(house()), await newPerson(house())];
      const before = [await row(kate.id), await row(lars.id)];
      for (const wrong of [
        { username: null },
        { username: '' },
        { username: 'a b' },
        { email: null },
        { email: 'a@b' },
        { name: 42 },
        { name: 'x'.repeat(201) },
        { bio: ['a'] },
        { bio: 'x'.repeat(2001) },
        { bio: 'a\0b' },
        { pictureUrl: 'javascript:alert(1)' },
        { pictureUrl: '//x.example/k.png' },
        { pictureUrl: 'https:example.com' },
        { pictureUrl: ' https://x.example/k.png' },
        { pictureUrl: 'https://x.example/k.png\n' },
        { pictureUrl: 'https:\\\\x.example/k.png' },
        { pictureUrl: 'https:///x.example' },
        { name: '\u202egpj' },
        { name: '\u200b' },
        { pictureUrl: `https://x.example/${'k'.repeat(2048)}` },
        { locale: 'not a tag' },
        { id: lars.id },
        { userId: lars.id },
        { roles: ['ADMIN'] },
        { emailVerified: true },
        { disabledAt: null },
        { password: 'another quiet gate' },
        { passwordHash: '$2b$10$' },
        { generation: 0 },
      ]) {
        const { status, code, body } = await update({ name: 'Mallory', ...wrong }, kate.accessToken);
        expect([wrong, status, code]).toEqual([wrong, 400, 'BAD_USER_INPUT']);
        expect(body.issues[0].path.replaceAll(/_(.)/g, (_: string, letter: string) => letter.toUpperCase())).toBe(Object.keys(wrong)[0]);
      }
      expect([await row(kate.id), await row(lars.id)]).toEqual(before);
    });

    it('changes the caller, whoever else is named beside the token', async () => {
      const [kate, lars] = [await newPerson(house()), await newPerson(house())];
      const before = await row(lars.id);
      expect((await update({ name: 'Mallory' }, kate.accessToken, { 'x-user-id': lars.id })).body.id).toBe(kate.id);
      expect(await row(lars.id)).toEqual(before);
    });

    it('refuses a caller without a token, and a disabled one, and changes nothing', async () => {
      const kate = await newPerson(house());
      await house().app.services.users.disable(kate.username);
      const before = await row(kate.id);
      for (const token of [undefined, 'garbage', kate.accessToken]) {
        const { status, code } = await update({ name: 'Kate' }, token);
        expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
      }
      expect(await row(kate.id)).toEqual(before);
    });
  });

onTwoNodes('what one node writes', (nodes) => {
  it('the other one reads at once, through either door', async () => {
    const kate = await newPerson(nodes()[0]);
    for (const [turn, writer] of doors.entries())
      for (const reader of doors) {
        const [here, there] = turn === 0 ? nodes() : ([nodes()[1], nodes()[0]] as const);
        const name = uniqueName();
        await writer.send(here, 'updateProfile', { name }, kate.accessToken);
        expect((await reader.send(there, 'profile', undefined, kate.accessToken)).body.name).toBe(name);
      }
  });

  it('at the same time in two fields is both kept', async () => {
    const kate = await newPerson(nodes()[0]);
    for (let round = 0; round < 5; round += 1) {
      const [name, bio] = [uniqueName(), uniqueName()];
      await Promise.all([
        rest.send(nodes()[0], 'updateProfile', { name }, kate.accessToken),
        graphql.send(nodes()[1], 'updateProfile', { bio }, kate.accessToken),
      ]);
      expect((await rest.send(nodes()[0], 'profile', undefined, kate.accessToken)).body).toMatchObject({ name, bio });
    }
  });

  it('gives a free address that two want at the same time to one of them', async () => {
    const [kate, lars] = [await newPerson(nodes()[0]), await newPerson(nodes()[1])];
    for (let round = 0; round < 4; round += 1) {
      const email = `${uniqueName()}@example.com`;
      const answers = await Promise.all([
        rest.send(nodes()[0], 'updateProfile', { email, currentPassword: kate.password }, kate.accessToken),
        graphql.send(nodes()[1], 'updateProfile', { email, currentPassword: lars.password }, lars.accessToken),
      ]);
      expect(answers.map(({ code }) => code).sort()).toEqual(['EMAIL_TAKEN', null]);
      expect(await nodes()[0].app.services.database.client.user.count({ where: { emailKey: email } })).toBe(1);
    }
  });
});

everywhere(
  'changes of a profile',
  (house, door) => {
    beforeAll(() => house().clock.stop());
    const eventsOf = ({ id }: { readonly id: string }) =>
      house().app.services.database.client.auditEvent.findMany({
        where: { userId: id, event: { in: ['profile.changed', 'limit.reached'] } },
      });

    it('leave no row where nothing changes, cost no try, and tell the fields that did', async () => {
      const kate = await newPerson(house());
      const update = (input: unknown) => door.send(house(), 'updateProfile', input, kate.accessToken);
      const { username, email } = kate;
      expect((await update({ name: 'Kate', bio: 'Gates.' })).code).toBeNull();
      const { updatedAt } = await house().app.services.database.client.user.findUniqueOrThrow({ where: { id: kate.id } });
      house().clock.advance(1);
      for (let time = 0; time < 5; time += 1) {
        const { code, body } = await update({ username, email, name: 'Kate', bio: 'Gates.', locale: null });
        expect([code, body.name, body.updatedAt]).toEqual([null, 'Kate', updatedAt.toISOString()]);
      }
      expect((await update({ name: 'Kate', bio: 'Doors.' })).body.bio).toBe('Doors.');
      expect((await eventsOf(kate)).map(({ detail }) => detail).sort()).toEqual(['bio', 'name bio']);
    });

    it('have a limit, user by user, also where a name is taken', async () => {
      const [kate, lars] = [await newPerson(house()), await newPerson(house())];
      const codes: (string | null)[] = [];
      const wishes = [{ name: 'a' }, { username: lars.username }, { name: 'b' }, { name: 'c' }];
      for (const wish of wishes) codes.push((await door.send(house(), 'updateProfile', wish, kate.accessToken)).code);
      expect(codes).toEqual([null, 'USERNAME_TAKEN', null, 'RATE_LIMITED']);
      expect((await door.send(house(), 'updateProfile', { name: 'a' }, lars.accessToken)).code).toBeNull();
      expect((await eventsOf(kate)).filter(({ event }) => event === 'limit.reached').map(({ detail }) => detail)).toEqual(['profile']);
      house().clock.advance(30);
      expect((await door.send(house(), 'updateProfile', { name: 'c' }, kate.accessToken)).code).toBeNull();
    });
  },
  { AUTH_LIMIT_PROFILE: '3' },
);
