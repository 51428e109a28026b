/** Where a run is shown in the Temporal Web UI. */

/** The Web UI's page of a run; null where no Web UI is known. */
export function runUrl(webUrl: string | null, namespace: string, workflowId: string, runId: string): string | null {
  if (webUrl === null) return null;
  return [webUrl, 'namespaces', namespace, 'workflows', workflowId, runId, 'history'].map(encodePart).join('/');
}

function encodePart(part: string, at: number): string {
  return at === 0 ? part : encodeURIComponent(part);
}
