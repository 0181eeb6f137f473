-- Relationships lead to another element and end with it. Pictures are found quickly: lists show one of them.
ALTER TABLE components ADD COLUMN target_id uuid REFERENCES elements (id) ON DELETE CASCADE;
CREATE INDEX components_by_target ON components (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX components_pictures ON components (element_id, id) WHERE kind = 'image';
