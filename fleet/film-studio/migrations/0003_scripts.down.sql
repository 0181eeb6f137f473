DROP TABLE scene_items;

DROP TABLE scenes;

DROP TABLE scripts;
