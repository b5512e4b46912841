import type { AccountsService } from '../accounts/accounts.service';
import type { RolesService } from '../roles/roles.service';
import type { UsersService } from './users.service';

export interface UserCommandNeeds {
  readonly accounts: AccountsService;
  readonly users: UsersService;
  readonly roles: RolesService;
}
