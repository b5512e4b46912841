import { isLoopback, onOff, wholeNumber } from '../settings/rules';
import { type Fault, type SettingValues, section, setting } from '../settings/setting';

export const testModeSettings = section(
  'Test mode',
  {
    testMode: setting('AUTH_TEST_MODE', onOff, {
      default: 'off',
      words:
        '`on`: a clock to move and a mailbox to read, for [tests of what stands on the gateway](testing.md); never in production, off this machine, or on a database with users of its own',
    }),
    testPort: setting('AUTH_TEST_PORT', wholeNumber(0, 65_535), {
      default: '4010',
      words: 'the port of `/test/…` in test mode, on 127.0.0.1; 0 takes a free one',
    }),
  },
  { between: faultsOfTestMode },
);

function faultsOfTestMode({ testMode, production, host }: SettingValues): Fault[] {
  if (testMode !== true) return [];
  const fault = (rule: string): Fault => ({ variable: 'AUTH_TEST_MODE', rule });
  const address = String(host).includes(':') ? `[${String(host)}]` : String(host);
  return [
    ...(production ? [fault('must not be on in production: NODE_ENV')] : []),
    ...(isLoopback(address) ? [] : [fault('must not be on where HOST is not a loopback address')]),
  ];
}
