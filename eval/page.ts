import { figureTable } from '../bench/figure.ts';
import type { FamilyResult } from './evaluate.ts';
import type { Plot } from './family.ts';
import { drawPlot } from './svg.ts';

/** One page without anything from elsewhere: the tables, and what went wrong, each with its plot. */
export function renderPage(results: readonly FamilyResult[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>roadstream: evaluation</title>
<style>${style}</style>
</head>
<body>
<h1>Evaluation</h1>
<nav>${results.map(({ family }) => `<a href="#${family.name}">${family.name}</a>`).join(' ')}</nav>
${results.map(section).join('\n')}
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d0d4da, #3a4048); --faint: light-dark(#5b6470, #9aa4b0); }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 1180px; margin: 2rem auto; padding: 0 1rem; }
nav { display: flex; gap: 1rem; flex-wrap: wrap; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: .75rem; font-size: 13px; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(520px, 1fr)); gap: 1rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; }
figcaption { font-size: 13px; color: var(--faint); }
svg { width: 100%; height: auto; display: block; }`;

function section({ family, missing, figures, graded, failures }: FamilyResult): string {
  if (missing !== undefined)
    return `<section id="${family.name}"><h2>${family.name}</h2><p>Skipped, since ${escaped(missing)}</p></section>`;
  const plots = graded.flatMap(({ grade }) => [
    ...grade.events.flatMap(({ plot }) => plot ?? []),
    ...grade.falseAlerts.flatMap(({ plot }) => plot ?? []),
  ]);
  const wrong =
    plots.length === 0 ? '<p>Nothing was missed, late or false.</p>' : `<div class="plots">${plots.map(figure).join('\n')}</div>`;
  return `<section id="${family.name}">
<h2>${family.name}</h2>
<p>${escaped(family.description)}</p>
<pre>${escaped(figureTable(figures))}${failures.map((failure) => `\n  not driven: ${escaped(failure)}`).join('')}</pre>
${wrong}
</section>`;
}

function figure(plot: Plot): string {
  return `<figure><figcaption>${escaped(plot.title)}</figcaption>${drawPlot(plot)}</figure>`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
