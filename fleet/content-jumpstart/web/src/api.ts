// Speaks with the service. The access token lives in memory; the refresh token in this tab's storage, renewed with each use.

export interface User { id: string; email: string; name: string; role: "user" | "operator" }
export interface Sample { label: string; text: string }
export interface Client { id: string; name: string; industry: string; audience: string; tone: string; website: string; voice_samples: Sample[] }
export interface Brief {
  id: string; title: string; source: string; offer: string; audience: string; pains: string[]; benefits: string[];
  proof: string[]; keywords: string[]; call_to_action: string;
}
export type Status = "draft" | "ready" | "generating" | "qa" | "delivered";
export interface Project {
  id: string; name: string; status: Status; step: number; client_id: string | null; client_name: string | null;
  brief_id: string | null; platforms: string[]; templates: string[]; run_id: string | null; updated_at: string; version: number;
}
export interface Run { id: string; status: string; total: number; written: number; failed: number; fault: string | null; took_ms: number }
export interface Flag { kind: string; severity: "error" | "warning"; detail: string }
export interface Post {
  id: string; number: number; platform: string; template: string; status: string; body: string; flags: Flag[]; score: number; note: string; version: number;
}
export interface Deliverable {
  id: string; format: string; file_name: string; sha256: string; size_bytes: number; posts: number; letters_lost: number;
  recipient: string; delivered_by: string; delivered_at: string; downloads: number;
}
export interface Figures {
  clients: number; projects: Record<string, number>; active_projects: number; posts_per_hour: number; posts_by_hour: number[];
  failed_posts: number; runs: number; failed_runs: number; failed_runs_percent: number | null; slowest_run_ms: number; mean_score: number; scope: string;
}
export interface Choice { id: string; title: string; purpose: string }
export interface Place { id: string; title: string }

interface Tokens { access_token: string; refresh_token: string; user: User }
interface Problem { detail?: string; request_id?: string; errors?: { field: string; detail: string }[] }

const KEPT = "content-jumpstart-session";
let access = "";
export let user: User | null = null;

/** What the service said went wrong, in words for people. */
export class Refused extends Error {
  constructor(readonly status: number, problem: Problem) {
    const faults = (problem.errors ?? []).map((fault) => fault.detail).join("; ");
    const id = status >= 500 && problem.request_id ? ` (request ${problem.request_id})` : "";
    const words = faults || problem.detail || `The service answered ${status}.`;
    super(words.charAt(0).toUpperCase() + words.slice(1) + id);
  }
}

function take(tokens: Tokens): void {
  access = tokens.access_token;
  user = tokens.user;
  sessionStorage.setItem(KEPT, tokens.refresh_token);
}

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = access ? { authorization: `Bearer ${access}` } : {};
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["content-type"] = "application/json";
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : isForm ? body : JSON.stringify(body) });
  } catch {
    throw new Refused(0, { detail: "The service cannot be reached. Check your connection and try again." });
  }
}

/** Sends a request; a token that has ended is renewed once. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let answer = await ask(method, path, body);
  if (answer.status === 401 && !path.startsWith("/api/auth/") && (await resume())) answer = await ask(method, path, body);
  if (answer.status === 401 && !path.startsWith("/api/auth/")) {
    user = null;
    location.hash = "#/sign-in";
  }
  if (!answer.ok) throw new Refused(answer.status, (await answer.json().catch(() => ({}))) as Problem);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export async function signIn(email: string, password: string): Promise<void> {
  take(await call<Tokens>("POST", "/api/auth/login", { email, password }));
}

export async function register(name: string, email: string, password: string): Promise<void> {
  await call("POST", "/api/auth/register", { name, email, password });
  await signIn(email, password);
}

/** Goes on with the session of this tab, if there is one. */
export async function resume(): Promise<boolean> {
  const kept = sessionStorage.getItem(KEPT);
  if (!kept) return false;
  const answer = await ask("POST", "/api/auth/refresh", { refresh_token: kept });
  if (!answer.ok) {
    if (answer.status === 401) sessionStorage.removeItem(KEPT);
    return false;
  }
  take((await answer.json()) as Tokens);
  return true;
}

export async function signOut(): Promise<void> {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  access = "";
  user = null;
  if (kept) await ask("POST", "/api/auth/logout", { refresh_token: kept });
}

/** Tells how far a run is, as it happens; where events do not come through, by asking. */
export async function follow(id: string, tell: (run: Run) => void, stop: AbortSignal): Promise<Run> {
  while (!stop.aborted) {
    try {
      const answer = await fetch(`/api/generator/runs/${id}/events`, { headers: { authorization: `Bearer ${access}` }, signal: stop });
      const reader = answer.ok ? answer.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined;
      let text = "";
      while (reader) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) {
          const data = event.split("\n").find((line) => line.startsWith("data: "));
          if (!data) continue;
          const run = JSON.parse(data.slice(6)) as Run;
          tell(run);
          if (run.status !== "running") return run;
        }
      }
    } catch (error) {
      if (stop.aborted) throw error;
    }
    const run = await call<Run>("GET", `/api/generator/runs/${id}`);
    tell(run);
    if (run.status !== "running") return run;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new DOMException("left", "AbortError");
}

/** Fetches a file with the session's token and hands it to the browser. */
export async function download(path: string, name: string): Promise<void> {
  const answer = await ask("GET", path);
  if (!answer.ok) throw new Refused(answer.status, (await answer.json().catch(() => ({}))) as Problem);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
