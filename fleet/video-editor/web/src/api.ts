// Asking the service: JSON in, JSON out, and every refusal as a sentence for people.

export interface User { id: string; name: string; email: string; role: "editor" | "operator" }
export interface Project { id: string; name: string; width: number; height: number; fps: number; version: number; updated_at: string }
export interface RecentEdit { project_id: string; project_name: string; user_name: string; kind: string; at: string }
export interface Asset {
  id: string; kind: "video" | "audio" | "image"; file_name: string; duration_ms: number; width: number; height: number; has_audio: boolean;
}
export interface Job {
  id: string; kind: string; state: "queued" | "running" | "done" | "failed" | "cancelled"; progress: number; error: string | null;
  output: { duration_ms: number; size_bytes: number } | null; created_at: string;
}

export class Refused extends Error {
  constructor(readonly status: number, detail: string) { super(detail); }
}

async function told(answer: Response): Promise<any> {
  if (answer.status === 204) return null;
  const body = await answer.json().catch(() => null);
  if (answer.ok) return body;
  const faults = (body?.errors ?? []).map((fault: { detail: string }) => fault.detail).join("; ");
  throw new Refused(answer.status, faults || body?.detail || `the service answered ${answer.status}`);
}

export async function get<T>(path: string): Promise<T> {
  return told(await fetch(path, { headers: { accept: "application/json" } }));
}

export async function send<T>(method: string, path: string, body: unknown = {}): Promise<T> {
  return told(await fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }));
}

/** Sends a file; `far` is told what share of it is sent. */
export function upload(project: string, file: File, far: (share: number) => void): Promise<Asset> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", `/api/projects/${project}/assets`);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && far(event.loaded / event.total);
    request.onload = () => request.status === 201
      ? resolve(request.response)
      : reject(new Refused(request.status, request.response?.detail ?? `the service answered ${request.status}`));
    request.onerror = () => reject(new Refused(0, "the connection broke off; try again"));
    request.send(form);
  });
}
