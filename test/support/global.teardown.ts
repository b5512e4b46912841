import { rmSync } from 'node:fs';
import { readStage } from './stage';

export default async function teardown(): Promise<void> {
  const { folder } = readStage();
  await (globalThis as { stopStage?: () => Promise<void> }).stopStage?.();
  rmSync(folder, { recursive: true, force: true });
}
