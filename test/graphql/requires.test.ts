/** @own-modules because its resolver would be in the schema of every house */
import 'reflect-metadata';
import { graphql } from 'graphql';
import { buildSchemaSync, Query, Resolver } from 'type-graphql';
import type { Access } from '../../src/access/access';
import { Requires } from '../../src/access/requires';
import type { Verdict } from '../../src/proofs/proofs';

/** A resolver as any module has one, decorated by hand: `@Requires(access)` above `@Query(() => String)`. */
class Reports {
  own() {
    return 'the caller';
  }
  all() {
    return 'everything';
  }
  free() {
    return 'everybody';
  }
}

const decorate = (name: 'own' | 'all' | 'free', access: Access): void => {
  const method = [Reports.prototype, name, Object.getOwnPropertyDescriptor(Reports.prototype, name) as PropertyDescriptor] as const;
  Query(() => String)(...method);
  Requires(access)(...method);
};
decorate('free', 'public');
decorate('own', 'authenticated');
decorate('all', ['ADMIN', 'AUDITOR']);
Resolver()(Reports);

const schema = buildSchemaSync({ resolvers: [Reports], validate: false });

const verdicts = {
  nobody: { accepted: false, reason: 'MISSING' },
  kate: { accepted: true, session: { user: { roles: 'EDITOR' } } },
  auditor: { accepted: true, session: { user: { roles: 'EDITOR AUDITOR' } } },
} as unknown as Record<string, Verdict>;

describe('@Requires', () => {
  const ask = async (field: string, who: string): Promise<unknown> => {
    let asked = 0;
    const contextValue = {
      verdict: async () => {
        asked += 1;
        return verdicts[who];
      },
    };
    const { data, errors } = await graphql({ schema, source: `{ ${field} }`, contextValue });
    return [errors?.[0]?.message ?? data?.[field], asked];
  };

  it('lets pass whom the access means, and nobody else, before the resolver runs', async () => {
    expect(await ask('free', 'nobody')).toEqual(['everybody', 0]);
    expect(await ask('own', 'nobody')).toEqual(['A valid access token is needed.', 1]);
    expect(await ask('own', 'kate')).toEqual(['the caller', 1]);
    expect(await ask('all', 'nobody')).toEqual(['A valid access token is needed.', 1]);
    expect(await ask('all', 'kate')).toEqual(['This is not allowed.', 1]);
    expect(await ask('all', 'auditor')).toEqual(['everything', 1]);
  });

  it('says it in the schema too', () => {
    const fields = schema.getQueryType()?.getFields();
    expect(Object.entries(fields ?? {}).map(([name, { extensions }]) => [name, extensions.access])).toEqual([
      ['free', 'public'],
      ['own', 'authenticated'],
      ['all', ['ADMIN', 'AUDITOR']],
    ]);
  });
});
