import { z } from 'zod';
import { section, setting, type ValuesOf } from '../settings/setting';

export const providersSettings = section('Other providers', {
  providersFile: setting('AUTH_PROVIDERS', z.string().max(4_096, 'must be the path of a file'), {
    words:
      'path of a JSON file with the [providers](providers.md) that people may log in through; it is read at the start, and every fault is listed',
  }),
});

export type ProvidersSettings = ValuesOf<typeof providersSettings>;
