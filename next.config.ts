import type { NextConfig } from 'next';

const exportFolder = process.env['KEYWARD_EXPORT_FOLDER'];

const config: NextConfig = {
  output: 'export',
  // With `output: 'export'` this names the folder of the export, not of the build's own files.
  ...(exportFolder && { distDir: exportFolder }),
  reactStrictMode: true,
  images: { unoptimized: true },
  // TypeScript 7 has no JavaScript API for Next to call; `npm run check` runs tsc itself.
  typescript: { ignoreBuildErrors: true },
};

export default config;
