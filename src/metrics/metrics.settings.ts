import { z } from 'zod';
import { wholeNumber } from '../settings/rules';
import { section, setting } from '../settings/setting';

export const metricsSettings = section('Logs and metrics', {
  logLevel: setting(
    'AUTH_LOG_LEVEL',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be a pino level: fatal, error, warn, info, debug, trace or silent',
    }),
    { default: 'info', words: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`' },
  ),
  metricsPort: setting('METRICS_PORT', wholeNumber(0, 65_535), {
    words: 'port of the Prometheus metrics, on `HOST`, at `/metrics`; see [operating.md](operating.md)',
  }),
});
