"""Where people and machines come in: pages, commands, files. Assembly, no rules."""
