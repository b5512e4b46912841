import { accountPagesFeature } from './account-pages/account-pages.feature';
import { accountsFeature } from './accounts/accounts.feature';
import { addressesFeature } from './addresses/addresses.feature';
import { admissionFeature } from './admission/admission.feature';
import { auditFeature } from './audit/audit.feature';
import type { EventCatalogue } from './audit/event-description';
import { authStatusFeature } from './auth-status/auth-status.feature';
import { doctorFeature } from './doctor/doctor.feature';
import { exportFeature } from './export/export.feature';
import { featuresOver } from './feature';
import { forwardAuthFeature } from './forward-auth/forward-auth.feature';
import type { Foundation } from './foundation';
import { graphqlFeature } from './graphql/graphql.feature';
import { healthFeature } from './health/health.feature';
import { identitiesFeature } from './identities/identities.feature';
import { leavingFeature } from './leaving/leaving.feature';
import { limitsFeature } from './limits/limits.feature';
import { mailFeature } from './mail/mail.feature';
import { mailTokensFeature } from './mail-tokens/mail-tokens.feature';
import { mailboxFeature } from './mailbox/mailbox.feature';
import { oauthFeature } from './oauth/oauth.feature';
import { passkeysFeature } from './passkeys/passkeys.feature';
import { passwordsFeature } from './passwords/passwords.feature';
import { policyFeature } from './policy/policy.feature';
import { providersFeature } from './providers/providers.feature';
import { reauthenticationFeature } from './reauthentication/reauthentication.feature';
import { revocationsFeature } from './revocation-feed/revocations.feature';
import { rolesFeature } from './roles/roles.feature';
import { secondFactorsFeature } from './second-factors/second-factors.feature';
import { clientsFeature } from './service-clients/clients.feature';
import { sessionsFeature } from './sessions/sessions.feature';
import { testModeFeature } from './test-mode/test-mode.feature';
import { timelineFeature } from './timeline/timeline.feature';
import { tokensFeature } from './tokens/tokens.feature';
import { upstreamFeature } from './upstream/upstream.feature';
import { usersFeature } from './user-administration/users.feature';
import { webauthnFeature } from './webauthn/webauthn.feature';

/** Everything that the gateway has, in the order in which it opens. What a feature brings is said in its folder. */
export const features = featuresOver<Foundation & { readonly eventCatalogue: EventCatalogue }>()
  .with(testModeFeature)
  .with(auditFeature)
  .with(tokensFeature)
  .with(passwordsFeature)
  .with(limitsFeature)
  .with(mailTokensFeature)
  .with(mailFeature)
  .with(rolesFeature)
  .with(sessionsFeature)
  .with(authStatusFeature)
  .with(webauthnFeature)
  .with(secondFactorsFeature)
  .with(providersFeature)
  .with(admissionFeature)
  .with(leavingFeature)
  .with(addressesFeature)
  .with(accountsFeature)
  .with(mailboxFeature)
  .with(identitiesFeature)
  .with(passkeysFeature)
  .with(reauthenticationFeature)
  .with(exportFeature)
  .with(timelineFeature)
  .with(usersFeature)
  .with(clientsFeature)
  .with(oauthFeature)
  .with(revocationsFeature)
  .with(policyFeature)
  .with(accountPagesFeature)
  .with(forwardAuthFeature)
  .with(upstreamFeature)
  .with(healthFeature)
  .with(graphqlFeature)
  .with(doctorFeature);

/** The services of a gateway that is open. */
export type House = Awaited<ReturnType<typeof features.open>>;
