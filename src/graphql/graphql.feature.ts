import type { Feature } from '../feature';
import { graphqlSettings, operationLimitsSettings } from './graphql.settings';

/** GraphQL itself: what of it is on, and how large an operation may be. */
export const graphqlFeature: Feature<object> = { name: 'graphql', settings: [graphqlSettings, operationLimitsSettings] };
