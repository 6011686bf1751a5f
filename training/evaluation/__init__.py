"""What a run is worth: figures, tables, strata, comparisons; all from the files of runs."""
