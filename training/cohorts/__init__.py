"""Who is in a cohort: collections as they are downloaded, clinical columns, folds, negative controls."""
