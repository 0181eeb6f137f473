-- What can be searched: one row per universe, element and component, kept by triggers. Full text without a language's stems:
-- worlds are written in many. Small letters without marks, whatever the database's own locale, so that `creme` finds `Crème`.
CREATE FUNCTION search_folded(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(normalize(lower(given COLLATE "und-x-icu"), NFD), '[\u0300-\u036f]', '', 'g')
$$;
CREATE TABLE search_entries (
    id          uuid PRIMARY KEY,
    thing       text NOT NULL,
    universe_id uuid NOT NULL REFERENCES universes (id) ON DELETE CASCADE,
    element_id  uuid REFERENCES elements (id) ON DELETE CASCADE,
    title       text NOT NULL,
    body        text NOT NULL,
    words       tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', regexp_replace(search_folded(title) COLLATE "und-x-icu", '[^[:alnum:]]+', ' ', 'g')), 'A') ||
        setweight(to_tsvector('simple', regexp_replace(search_folded(body) COLLATE "und-x-icu", '[^[:alnum:]]+', ' ', 'g')), 'B')
    ) STORED
);
CREATE INDEX search_entries_by_universe ON search_entries (universe_id);
CREATE INDEX search_entries_by_element ON search_entries (element_id);
CREATE INDEX search_entries_words ON search_entries USING gin (words);

INSERT INTO search_entries (thing, id, universe_id, title, body)
    SELECT 'universe', id, id, name, description FROM universes;
INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    SELECT 'element', id, universe_id, id, name, summary FROM elements;
INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    SELECT 'component', c.id, e.universe_id, e.id, c.title, coalesce(CASE WHEN c.kind = 'text' THEN c.content ->> 'text' END, '')
    FROM components c JOIN elements e ON e.id = c.element_id;

CREATE FUNCTION search_universe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_entries (thing, id, universe_id, title, body) VALUES ('universe', new.id, new.id, new.name, new.description)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body;
    RETURN NULL;
END $$;
CREATE FUNCTION search_element() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    VALUES ('element', new.id, new.universe_id, new.id, new.name, new.summary)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body;
    RETURN NULL;
END $$;
CREATE FUNCTION search_component() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    SELECT 'component', new.id, e.universe_id, e.id, new.title, coalesce(CASE WHEN new.kind = 'text' THEN new.content ->> 'text' END, '')
    FROM elements e WHERE e.id = new.element_id
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body;
    RETURN NULL;
END $$;
CREATE FUNCTION search_component_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_entries WHERE id = old.id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_changed AFTER INSERT OR UPDATE OF name, description ON universes FOR EACH ROW EXECUTE FUNCTION search_universe();
CREATE TRIGGER search_changed AFTER INSERT OR UPDATE OF name, summary ON elements FOR EACH ROW EXECUTE FUNCTION search_element();
CREATE TRIGGER search_changed AFTER INSERT OR UPDATE OF title, content ON components FOR EACH ROW EXECUTE FUNCTION search_component();
CREATE TRIGGER search_removed AFTER DELETE ON components FOR EACH ROW EXECUTE FUNCTION search_component_removed();
