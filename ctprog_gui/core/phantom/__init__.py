"""A synthetic thorax with a tumour, for demonstrations and for cohorts with a known hazard."""
