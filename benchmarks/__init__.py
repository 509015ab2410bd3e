"""What the commands cost: CPU time and memory of child processes, beside the floor and the budgets."""
