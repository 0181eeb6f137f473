DROP TABLE boards;

DROP TABLE shots;
