DROP TABLE elements;
DROP TABLE universes;
