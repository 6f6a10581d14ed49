import { permitted, permittedFreshly, rest, router } from '#server/trpc/init.ts';
import { activateUser, createUser, deactivateUser, updateUser } from '#server/users/commands.ts';
import {
  createUserInput,
  deactivateUserInput,
  updateUserInput,
  userIdInput,
  userView,
} from '#server/users/schema.ts';

export const usersRouter = router({
  create: permittedFreshly('users:write')
    .meta({ unbatched: true })
    .meta(rest('POST', '/users', 'Add a person', { status: 201, errors: ['email_taken'] }))
    .input(createUserInput)
    .output(userView)
    .mutation(({ ctx, input }) => createUser(ctx, input)),
  update: permitted('users:write')
    .meta(
      rest('PATCH', '/users/{id}', 'Change a name, an e-mail address or a role', {
        errors: ['not_found', 'email_taken', 'own_account', 'last_admin', 'sign_in_again'],
      }),
    )
    .input(updateUserInput)
    .output(userView)
    .mutation(({ ctx, input }) => updateUser(ctx, input)),
  activate: permitted('users:write')
    .meta(rest('POST', '/users/{id}/activate', 'Switch a person on again', { errors: ['not_found'] }))
    .input(userIdInput)
    .output(userView)
    .mutation(({ ctx, input }) => activateUser(ctx, input)),
  deactivate: permitted('users:write')
    .meta(
      rest('POST', '/users/{id}/deactivate', 'Switch a person off', {
        errors: ['not_found', 'own_account', 'last_admin'],
      }),
    )
    .input(deactivateUserInput)
    .output(userView)
    .mutation(({ ctx, input }) => deactivateUser(ctx, input)),
});
