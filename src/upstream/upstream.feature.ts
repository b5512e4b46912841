import { gateway } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { InspectedPolicy } from '../policy/policy';
import type { SessionCheck } from '../sessions/session.check';
import type { SigningKeys } from '../tokens/signing-keys.service';
import type { PolicyHouse } from './policy.commands';
import { addUpstreamCommands } from './upstream.commands';
import { upstreamEvents } from './upstream.events';
import type { Upstreams } from './upstreams';

type Needs = Foundation &
  PolicyHouse & {
    readonly policy: InspectedPolicy;
    readonly keys: SigningKeys;
    readonly clock: Clock;
    readonly audit: AuditService;
    readonly sessionCheck: SessionCheck;
  };

/** GraphQL services that stand behind this gateway, in one schema with our own operations. Null: there is none, and nothing is loaded. */
export const upstreamFeature: Feature<Needs, { readonly upstreams: Upstreams | null }> = {
  name: 'upstream',
  open: async (house, closing) => {
    const served = [...house.policy.policies.values()].flatMap((path) => path.served ?? []);
    if (served.length === 0) return { upstreams: null };
    const hasStreams = served.some(({ upstream }) => upstream.subscriptions !== undefined);
    const makeSockets = hasStreams ? (await import('./streams/sockets')).createSockets : null;
    const { createUpstreams } = await import('./upstreams');
    return { upstreams: closing.push(createUpstreams({ ...house, makeSockets }), async (open) => open.close()) };
  },
  auditEvents: upstreamEvents,
  commands: addUpstreamCommands,
  drain: ({ upstreams }) => upstreams?.drain(),
  start: async ({ upstreams, config, audit }) => {
    if (upstreams === null || config.upstreamPolicyFile === undefined) return;
    const { digestOf } = await import('./digest');
    await audit.record({ event: 'policy.loaded', actor: gateway, detail: `SHA-256 ${digestOf(config.upstreamPolicyFile)}` });
  },
};
