import type { pagesSettings } from './account-pages/pages.settings';
import type { admissionSettings } from './admission/admission.settings';
import type { auditSettings } from './audit/audit.settings';
import type { databaseSettings } from './database/database.settings';
import type { forwardAuthSettings } from './forward-auth/forward-auth.settings';
import type { graphqlSettings, operationLimitsSettings } from './graphql/graphql.settings';
import type { httpSettings } from './http/http.settings';
import type { leavingSettings } from './leaving/leaving.settings';
import type { limitsSettings } from './limits/limits.settings';
import type { mailSettings } from './mail/mail.settings';
import type { mailboxSettings } from './mailbox/mailbox.settings';
import type { metricsSettings } from './metrics/metrics.settings';
import type { passwordsSettings } from './passwords/passwords.settings';
import type { providersSettings } from './providers/providers.settings';
import type { secondFactorsSettings } from './second-factors/second-factors.settings';
import type { sessionsSettings } from './sessions/sessions.settings';
import type { gatewaySettings } from './settings/gateway.settings';
import type { Fault, ValuesOf } from './settings/setting';
import type { testModeSettings } from './test-mode/test-mode.settings';
import type { tokensSettings } from './tokens/tokens.settings';
import type { webauthnSettings } from './webauthn/webauthn.settings';

/** The settings in force. Times are in seconds; the unit of any other number is in its name. */
export type Config = ValuesOf<typeof databaseSettings> &
  ValuesOf<typeof httpSettings> &
  ValuesOf<typeof gatewaySettings> &
  ValuesOf<typeof metricsSettings> &
  ValuesOf<typeof auditSettings> &
  ValuesOf<typeof mailSettings> &
  ValuesOf<typeof testModeSettings> &
  ValuesOf<typeof tokensSettings> &
  ValuesOf<typeof passwordsSettings> &
  ValuesOf<typeof limitsSettings> &
  ValuesOf<typeof sessionsSettings> &
  ValuesOf<typeof webauthnSettings> &
  ValuesOf<typeof secondFactorsSettings> &
  ValuesOf<typeof providersSettings> &
  ValuesOf<typeof admissionSettings> &
  ValuesOf<typeof leavingSettings> &
  ValuesOf<typeof mailboxSettings> &
  ValuesOf<typeof pagesSettings> &
  ValuesOf<typeof forwardAuthSettings> &
  ValuesOf<typeof graphqlSettings> &
  ValuesOf<typeof operationLimitsSettings> & {
    /** Any variable of the environment, for a file that names one in the place of a secret. A function, so that no list of settings holds a value. */
    readonly variable: (name: string) => string | undefined;
  };

export type ConfigResult =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly string[];
      /** Each variable with its value, or with its default; undefined where it has none. */
      readonly values: Readonly<Record<string, unknown>>;
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };
