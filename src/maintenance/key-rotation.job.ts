import type { SigningKeys } from '../tokens/signing-keys.service';
import type { Job } from './jobs.service';

/** Looks every hour whether the key that signs is old enough for a successor (AUTH_KEY_ROTATION_DAYS; 0 = never). */
export const keyRotationJob = (keys: Pick<SigningKeys, 'rotateWhenDue'>, rotationDays: number): Job => ({
  name: 'key-rotation',
  everySeconds: 60 * 60,
  run: async () => {
    await keys.rotateWhenDue(rotationDays);
  },
});
