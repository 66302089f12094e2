import type { Severity } from '../../../schemas/messages.ts';

const names: Readonly<Record<Severity, string>> = { caution: 'Caution', warning: 'Warning', critical: 'Critical' };
const outlines: Readonly<Record<Severity, string>> = {
  caution: 'M10 1.8 18.2 10 10 18.2 1.8 10Z',
  warning: 'M10 2 18.9 17.6H1.1Z',
  critical: 'M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3Z',
};

/** Each severity has its shape, as on the road: diamond, triangle, octagon. */
export function SeverityMark({ severity }: { readonly severity: Severity }) {
  return (
    <svg class="mark" data-severity={severity} viewBox="0 0 20 20" role="img" aria-label={names[severity]}>
      <path d={outlines[severity]} />
      <path class="mark-sign" d={severity === 'warning' ? 'M10 7.4v4.8M10 14.6v.2' : 'M10 5.6v5.4M10 14v.2'} />
    </svg>
  );
}
