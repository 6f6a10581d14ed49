import type { NextConfig } from 'next';

const config: NextConfig = {
  output: 'export',
  // scripts/build.mjs exports to a folder aside and swaps it with out/ when it is whole.
  distDir: process.env['KEYWARD_EXPORT_FOLDER'] ?? '.next',
  reactStrictMode: true,
  // TypeScript 7 has no JavaScript API for Next to call; `npm run check` runs tsc itself.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
};

export default config;
