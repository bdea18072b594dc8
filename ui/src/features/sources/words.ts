import type { Dictionary } from '@/i18n'

/** everyName says how often, as people do: 5m is «5 минут». */
export function everyName(every: string, t: Dictionary): string {
  const m = /^(\d+)([smhd])$/.exec(every)
  return m ? t.sources.everySpan(Number(m[1]), m[2] ?? '') : every
}
