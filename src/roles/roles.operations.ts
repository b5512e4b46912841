import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { askedPermissionInput } from './roles.inputs';

const operation = operationOf<object>();

export const rolesOperations = [
  operation({
    name: 'hasPermission',
    kind: 'query',
    summary: "Whether the caller's roles grant this permission. False for nobody.",
    tag: 'Profile',
    access: 'optional',
    input: askedPermissionInput,
    inputIs: 'arguments',
    output: z.boolean(),
    failures: [],
    run: async (_roles, { proof, input }) => proof.accepted && (await proof.session.permissions()).grants(input.permission),
  }),
];
