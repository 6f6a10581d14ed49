import { registerHooks } from 'node:module';

const isPackage = /^[#@a-z](?!ode:)/;
/** @type {Map<string, import('node:module').ResolveFnOutput>} */
const resolved = new Map();

/**
 * For the processes that tests start. Node looks each import up anew, and parses the manifest of the package for it: all 180 kB
 * of that of drizzle-orm, to learn that its files are modules. That is half of what loading a server takes.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const parent = context.parentURL ?? '';
    if (specifier.startsWith('.') && parent.includes('/node_modules/drizzle-orm/')) {
      const { href: url } = new URL(specifier, parent);
      if (url.endsWith('.js')) return { url, format: 'module', shortCircuit: true };
    }
    // From all our own files the name of a package leads to the same place.
    if (!isPackage.test(specifier) || parent.includes('/node_modules/'))
      return nextResolve(specifier, context);
    const found = resolved.get(specifier) ?? { ...nextResolve(specifier, context), shortCircuit: true };
    resolved.set(specifier, found);
    return found;
  },
});
