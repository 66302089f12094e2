import path from 'node:path';

interface PassEvent {
  readonly type: string;
  readonly data: { readonly name: string; readonly file?: string; readonly skip?: string | boolean };
}

/** A reporter that lists, at the very end, what was skipped: by reason, with the command that makes it run. */
async function* skips(source: AsyncIterable<PassEvent>): AsyncGenerator<string> {
  const byReason = new Map<string, string[]>();
  for await (const { type, data } of source) {
    if (type !== 'test:pass' || data.skip === undefined || data.skip === false) continue;
    const reason = data.skip === true || data.skip === '' ? 'no reason given' : data.skip;
    const file = data.file ? `${path.relative(process.cwd(), data.file)}: ` : '';
    byReason.set(reason, [...(byReason.get(reason) ?? []), `    ${file}${data.name}`]);
  }
  if (byReason.size === 0) return;
  yield '\nSkipped here:\n';
  for (const [reason, tests] of byReason) yield `\n  ${reason}\n${tests.join('\n')}\n`;
}

// The test runner takes a reporter as a module's default export.
// biome-ignore lint/style/noDefaultExport: see above
export default skips;
