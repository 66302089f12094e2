import { defineConfig } from 'vite';

/** Where a gateway listens while the page is being worked on with `vite gateway/web`. */
const gateway = process.env.ROADSTREAM_GATEWAY ?? 'http://127.0.0.1:52000';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The gateway's content security policy allows nothing inline and nothing from elsewhere.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: gateway, ws: true } } },
});
