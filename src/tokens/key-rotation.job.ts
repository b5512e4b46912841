import type { Job } from '../jobs/jobs.service';
import type { SigningKeys } from './signing-keys.service';

/** Looks every hour whether the key that signs is old enough for a successor (AUTH_KEY_ROTATION_DAYS; 0 = never). */
export const keyRotationJob = (keys: Pick<SigningKeys, 'rotateWhenDue'>, rotationDays: number): Job => ({
  name: 'key-rotation',
  everySeconds: 60 * 60,
  run: async () => {
    await keys.rotateWhenDue(rotationDays);
  },
});
