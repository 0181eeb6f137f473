-- Work for FFmpeg. A worker holds a job as long as its heartbeat is fresh; then anybody may take it again.
CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    asset_id uuid REFERENCES assets (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('thumbnail', 'waveform', 'preview', 'export')),
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    payload jsonb NOT NULL,
    output jsonb,
    progress double precision NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    attempts_most integer NOT NULL,
    priority integer NOT NULL,
    run_after timestamptz NOT NULL,
    timeout_s integer NOT NULL,
    worker text,
    heartbeat_at timestamptz,
    cancel_requested boolean NOT NULL DEFAULT false,
    error text,
    request_id text NOT NULL,
    correlation_id text NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX jobs_to_do ON jobs (priority, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_project ON jobs (project_id, id);

UPDATE schema_revision SET revision = 4;
