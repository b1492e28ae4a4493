"""What comes after a choice: a plan, reminders, how it goes, what is felt, and whether it is still right."""
