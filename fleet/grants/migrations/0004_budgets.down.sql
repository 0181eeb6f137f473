DROP TABLE budget_events;
DROP TABLE payments;
DROP TABLE commitments;
DROP TABLE budget_lines;
DROP TABLE budgets;
UPDATE schema_revision SET revision = 3;
