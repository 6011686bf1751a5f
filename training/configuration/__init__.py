"""What an experiment is: typed configurations, one file a system."""
