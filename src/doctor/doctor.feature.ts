import type { Feature } from '../feature';
import { addDoctorCommand } from './doctor.command';

/** What an operator asks when something is wrong. */
export const doctorFeature: Feature<object> = {
  name: 'doctor',
  commands: addDoctorCommand,
};
