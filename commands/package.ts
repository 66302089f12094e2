import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };

/** The page as built by `npm run prepare`. */
export const webDirectory = fileURLToPath(new URL('../gateway/web/dist', import.meta.url));
