import { accountsFeature } from './accounts/accounts.feature';
import { auditFeature } from './audit/audit.feature';
import { featuresOver } from './feature';
import { forwardAuthFeature } from './forward-auth/forward-auth.feature';
import type { Foundation } from './foundation';
import { clientsFeature } from './gate/clients.feature';
import { healthFeature } from './gate/health.feature';
import { oauthFeature } from './gate/oauth.feature';
import { revocationsFeature } from './gate/revocations.feature';
import { graphqlFeature } from './graphql/graphql.feature';
import { limitsFeature } from './limits/limits.feature';
import { mailTokensFeature } from './mail-tokens/mail-tokens.feature';
import { passwordsFeature } from './passwords/passwords.feature';
import { reauthenticationFeature } from './reauthentication/reauthentication.feature';
import { sessionsFeature } from './sessions/sessions.feature';
import { tokensFeature } from './tokens/tokens.feature';
import { usersFeature } from './user-administration/users.feature';

/** Everything that the gateway has, in the order in which it opens. What a feature brings is said in its folder. */
export const features = featuresOver<Foundation>()
  .with(auditFeature)
  .with(tokensFeature)
  .with(passwordsFeature)
  .with(limitsFeature)
  .with(mailTokensFeature)
  .with(sessionsFeature)
  .with(accountsFeature)
  .with(reauthenticationFeature)
  .with(usersFeature)
  .with(clientsFeature)
  .with(oauthFeature)
  .with(revocationsFeature)
  .with(forwardAuthFeature)
  .with(healthFeature)
  .with(graphqlFeature);

/** The services of a gateway that is open. */
export type House = Awaited<ReturnType<typeof features.open>>;
