import { z } from 'zod';
import { isStrongSecret } from '../secrets';
import { commaSeparated, onOff } from './rules';
import { type Fault, type SettingValues, section, setting } from './setting';

/** At least 32 bytes that are not plainly a placeholder: RFC 8725 §3.5, ASVS 5.0 11.2.1. */
const secret = z.string().refine(isStrongSecret, 'must be at least 32 bytes from a random source, for example: openssl rand -base64 48');

const secretExample = 'at least 32 random bytes, for example: openssl rand -base64 48';

/** What the gateway as a whole is told. */
export const gatewaySettings = section(
  'The gateway',
  {
    production: setting(
      'NODE_ENV',
      z
        .enum(['development', 'production', 'test'], { error: 'must be development or production' })
        .transform((environment) => environment === 'production'),
      {
        default: 'development',
        words: '`production` demands `AUTH_SECRET`, switches introspection and the explorer off, and makes `standard` the password policy',
      },
    ),
    secrets: setting('AUTH_SECRET', z.string().transform(commaSeparated).pipe(z.array(secret)), {
      shown: 'made at the first start and kept beside the SQLite file',
      words: 'every key is derived from it; at least 32 random bytes. Required with PostgreSQL and in production',
      secret: true,
    }),
    demoUser: setting('AUTH_DEMO_USER', onOff, {
      default: { development: 'on', production: 'off' },
      shown: '`on`; never in production',
      words: 'the first start makes a user `demo` with a random password, and prints it once; `on` in production is a fault',
    }),
  },
  { between: faultsOfGateway },
);

function faultsOfGateway({ production, secrets, demoUser, databaseUrl }: SettingValues): Fault[] {
  const faults: Fault[] = [];
  if (secrets === undefined && production) faults.push({ variable: 'AUTH_SECRET', rule: `is required in production: ${secretExample}` });
  else if (secrets === undefined && /^postgres(ql)?:/.test(String(databaseUrl)))
    faults.push({ variable: 'AUTH_SECRET', rule: `is required with PostgreSQL, the same on every node: ${secretExample}` });
  if (demoUser === true && production) faults.push({ variable: 'AUTH_DEMO_USER', rule: 'must not be on in production' });
  return faults;
}
