'use client';
import './globals.css';
import { Broken } from '#components/frame/broken.tsx';

export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <title>Keyward</title>
        <Broken />
      </body>
    </html>
  );
}
