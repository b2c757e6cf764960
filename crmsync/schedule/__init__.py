"""Prints what starts crmsync by itself: systemd units, a crontab, Kubernetes CronJobs."""
