-- Amounts are whole cents. What no transaction may leave behind is refused by the table, too.
CREATE TABLE budgets (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    -- Number of the newest event; counting it up is also what makes changes of one budget wait for one another.
    sequence bigint NOT NULL DEFAULT 0,
    reconciled_at timestamptz,
    created_at timestamptz NOT NULL
);

CREATE TABLE budget_lines (
    id uuid PRIMARY KEY,
    budget_id uuid NOT NULL REFERENCES budgets (id),
    name text NOT NULL,
    planned_cents bigint NOT NULL CHECK (planned_cents >= 0),
    committed_cents bigint NOT NULL DEFAULT 0 CHECK (committed_cents >= 0 AND committed_cents <= planned_cents),
    paid_cents bigint NOT NULL DEFAULT 0 CHECK (paid_cents >= 0 AND paid_cents <= committed_cents)
);
CREATE INDEX budget_lines_by_budget ON budget_lines (budget_id, id);

CREATE TABLE commitments (
    id uuid PRIMARY KEY,
    line_id uuid NOT NULL REFERENCES budget_lines (id),
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries (id),
    document_id uuid REFERENCES documents (id),
    purpose text NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    paid_cents bigint NOT NULL DEFAULT 0 CHECK (paid_cents >= 0 AND paid_cents <= amount_cents),
    created_at timestamptz NOT NULL
);
CREATE INDEX commitments_by_line ON commitments (line_id, id);
CREATE INDEX commitments_by_beneficiary ON commitments (beneficiary_id);
CREATE INDEX commitments_by_document ON commitments (document_id);

CREATE TABLE payments (
    id uuid PRIMARY KEY,
    budget_id uuid NOT NULL REFERENCES budgets (id),
    commitment_id uuid NOT NULL REFERENCES commitments (id),
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    reference text NOT NULL,
    paid_on date NOT NULL,
    reconciled_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (budget_id, reference)
);
CREATE INDEX payments_by_commitment ON payments (commitment_id);

CREATE TABLE budget_events (
    budget_id uuid NOT NULL REFERENCES budgets (id),
    sequence bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (budget_id, sequence)
);

UPDATE schema_revision SET revision = 4;
