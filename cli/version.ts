/** Put in by the build (scripts/build-cli.mjs); run from its source, the program has none. */
export const version = process.env['KEYWARD_CLI_VERSION'] ?? '0.0.0-source';
