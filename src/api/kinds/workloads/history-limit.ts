export function negativeHistoryWarnings(limit: number | undefined): string[] {
  if (limit === undefined || limit >= 0) return [];
  return [
    'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
  ];
}
