/** Every way a request can be refused: the HTTP status and the title of its problem document (RFC 9457). */
export const errorCodes = {
  bad_request: [400, 'The request could not be understood'],
  invalid_json: [400, 'The body is not valid JSON'],
  code_invalid: [400, 'This code does not work'],
  token_in_url: [400, 'A token does not belong in a URL'],
  batch_not_allowed: [400, 'This call cannot be batched'],
  oidc_failed: [400, 'Signing in was not completed'],
  unauthenticated: [401, 'You are not signed in'],
  login_failed: [401, 'Wrong e-mail or password'],
  token_invalid: [401, 'This token is not valid'],
  token_revoked: [401, 'This token was revoked'],
  token_expired: [401, 'This token has expired'],
  secret_retired: [401, 'This secret was replaced'],
  token_disabled: [401, 'This token is switched off'],
  account_deactivated: [401, 'This account is deactivated'],
  permission_denied: [403, 'You may not do this'],
  sign_in_again: [403, 'Confirm that it is you'],
  resource_denied: [403, 'Not within reach of this credential'],
  session_required: [403, 'This needs a signed-in person'],
  ip_not_allowed: [403, 'Not from this address'],
  origin_not_allowed: [403, 'Requests from this site are refused'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'This address does not take that method'],
  oidc_denied: [403, 'You were not let in there'],
  oidc_unverified: [403, 'The e-mail address is not confirmed'],
  oidc_unknown: [403, 'Nobody here has this e-mail address'],
  oidc_unvouched: [403, 'The issuer does not confirm the e-mail address'],
  oidc_no_email: [403, 'The issuer sent no usable e-mail address'],
  oidc_other_address: [403, 'The invite is for another e-mail address'],
  oidc_stale: [403, 'The issuer did not ask you to sign in again'],
  identity_unlinked: [403, 'This sign-in was unlinked'],
  identity_retired: [403, 'This sign-in has to be linked again'],
  passwords_off: [403, 'Passwords are off'],
  tenant_suspended: [403, 'This tenant is suspended'],
  paused: [403, 'This agent is paused'],
  password_change_required: [403, 'Choose a password of your own'],
  identity_taken: [409, 'This sign-in belongs to another account'],
  last_way_in: [409, 'This is the only way to sign in'],
  name_taken: [409, 'This name is taken'],
  too_many_tokens: [409, 'You have too many tokens'],
  too_many_keys: [409, 'There are too many keys'],
  too_many_agents: [409, 'There are too many agents'],
  too_many_servers: [409, 'There are too many tool servers'],
  tool_changed: [409, 'This tool has changed again'],
  agent_offline: [409, 'This agent is not connected'],
  rotation_over: [409, 'This rotation is over'],
  too_many_codes: [409, 'You have too many open setup codes'],
  email_taken: [409, 'This e-mail address is taken'],
  slug_taken: [409, 'This short name is taken'],
  tenant_deleted: [409, 'This tenant is deleted'],
  own_tenant: [409, 'You cannot do this to the tenant default'],
  own_account: [409, 'You cannot do this to your own account'],
  last_admin: [409, 'There must always be an active admin'],
  user_deactivated: [409, 'This account is deactivated'],
  already_joined: [409, 'This person has joined already'],
  code_redeemed: [409, 'This code was redeemed'],
  token_ended: [409, 'This token has ended'],
  verify_running: [409, 'The log is being verified already'],
  body_too_large: [413, 'The body is too large'],
  uri_too_long: [414, 'The address is too long'],
  unsupported_media_type: [415, 'The body must be application/json'],
  validation_failed: [422, 'Some values are not acceptable'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong on our side'],
  auth_internal: [500, 'Signing in failed on our side'],
  oidc_unavailable: [503, 'The sign-in service does not answer'],
  oidc_misconfigured: [503, 'The sign-in service is not configured correctly'],
  unavailable: [503, 'Keyward cannot answer right now'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof errorCodes;

/** What codes of earlier versions are called now. No other code takes their names. */
export const renamedCodes = {
  too_many_attempts: 'rate_limited',
  too_many_connections: 'rate_limited',
  too_many_requests: 'rate_limited',
  token_held: 'token_disabled',
  token_off: 'token_disabled',
} as const satisfies Record<string, ErrorCode>;

/** A code, with its status where that is not the usual one. */
export type Refusal = ErrorCode | readonly [code: ErrorCode, status: number];

export interface FieldError {
  /** Dotted path in the input, empty for the whole. */
  path: string;
  message: string;
}

/** How long to wait where nothing more exact is known. */
const usualWaitSeconds: Partial<Record<ErrorCode, number>> = {
  unavailable: 2,
  verify_running: 5,
};

interface AppErrorOptions {
  /** Left out: the usual one of the code. */
  status?: number;
  errors?: FieldError[];
  retryAfterSeconds?: number;
  resetUrl?: string;
  cause?: unknown;
}

/** A refusal meant for whoever asked: a code of the closed list, and a sentence that says what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly errors: FieldError[] | undefined;
  /** How long to wait before trying again; answered as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /** Where to choose a password of one’s own before anything else. */
  readonly resetUrl: string | undefined;
  /** Set where the request is known and whoever translates the error will not know it. */
  requestId?: string;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = options.status ?? errorCodes[code][0];
    this.errors = options.errors;
    this.resetUrl = options.resetUrl;
    this.retryAfterSeconds = options.retryAfterSeconds ?? usualWaitSeconds[code];
  }
}

/** Said only to those who have proved that they belong to it. */
export function tenantSuspended(): AppError {
  return new AppError(
    'tenant_suspended',
    'This organisation is suspended. Ask the operator of this server why.',
  );
}

export function notFound(what: string): AppError {
  return new AppError('not_found', `There is no such ${what}.`);
}

export function invalid(path: string, message: string): AppError {
  return new AppError('validation_failed', path === '' ? message : `${path}: ${message}`, {
    errors: [{ path, message }],
  });
}
