/** Reads a time in ISO 8601. One without a zone is UTC: Celery writes it so. */
export function readDate(iso: string): Date {
  return new Date(/[zZ]$|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`);
}
